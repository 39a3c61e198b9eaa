"""`swb`, the command line.

start      where a process of it begins
program    all verbs, and how a process of it ends
ends       exit codes, and faults as one sentence with a hint
options    what several verbs take: the configuration, a broker's address and key
running    serve, backup, check, database
offline    translate: it touches no broker
sampling   sample: composed traffic, valid or with a known defect
routing    route: who would receive a file, and why; it touches no broker either
online     submit, feed: for senders and recipients
operating  keys, parked, trace: for operators
topic      topic: what stands on an agency's topic
topics     topics: what a Kafka cluster should have, and making it so
positions  positions: how far the stations have read, and moving one outside the log
shown      problems, deliveries and statuses as text
road       a trace as text
"""
