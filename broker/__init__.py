"""A Single Window message broker: bytes in, events inside, each agency's entitled view out.

The folders are the road. What happens to one message, file by file: ARCHITECTURE.md.

intake       bytes at a door become a receipt and a submission on the log
translation  submissions become verdicts, problems and canonical events
core         events become versions, decisions, deliveries, asks, boards and replies
delivery     rows of the queue are rendered, numbered, given and acknowledged
ledger       the questions one may ask: status, trace, what is parked

dossiers     folding events; the board                            pure
routing      rows, views, decisions, explanations                 pure
replies      what a recipient is told                             pure
model        the canonical classes, and what stands on the topics
state        the tables, one file a noun
eventlog     the log: contract, memory, embedded, Apache Kafka

bells          wake who waits inside a process
hop            the one loop between log and database
timers         what must happen because time has passed
crew           the hops over the partitions that are this process's own
workers        translation of what is costly, in processes that can be ended
threads        what else would keep the doors waiting
readiness      whether a process can do its work
backlog        how far stations are behind their topics
succession     which configuration is in force, and since which number
watching       rings the bells for what other processes commit
stations       every loop of a process, put together
plumbing, process, roles   log and database of a process; what it is started with, and as
topics         what the topics of a Kafka cluster should be
configuration  who, what they may see, by which law, in which dialect
owners         whose the codes in public names are
profiles       what a sender or a state means by a format
coherence      names across its files: those that mean two things, or nothing
config_file    a YAML file with the line of every value; findings
adapter        the contract of a family of formats
formats        which adapter reads which bytes
documentation  the OpenAPI document of the doors, and the page that shows it
gate, window   the limits of each sender, agency and operator at the doors
doors, heads, web, operators_http   what HTTP doors share; bounded heads; the application;
                                    the operators' doors
serve, cli, client, demo            a process; the command line; its HTTP client; a play
access, settings, clock, logs, metrics, errors    what everybody may use
"""
