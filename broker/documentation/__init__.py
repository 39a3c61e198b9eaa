"""What the running broker says of its doors: the OpenAPI document, and the page that shows it.

document    the OpenAPI document: what the routes say, with everything below
operations  each door: its short id, headers, bodies, statuses and what comes with them
shapes      what the doors answer to senders and agencies
traces      what they answer to operators
registry    the schema registry's part, as its protocol has it
deliveries  the CloudEvent of each type of delivery
types       the types of deliveries, by what the installed families and packages are
readme      writes the table of those types into README.md
page        `/docs`: the viewer and its files, from here alone
"""
