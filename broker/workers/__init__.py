"""Translation of what is costly, in processes of its own that can be ended.

frames: what travels between broker and worker; jobs: the worker's side, suspended generators;
pool: whose turn it is, limits and new attempts; links: a worker process and its limits;
template: the process that workers are forked from.
"""
