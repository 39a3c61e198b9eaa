"""The log: one contract, several backends, one conformance suite.

contract   what every backend promises
memory     for simulations: lists, and nothing survives
embedded   one SQLite file, group commit; also the thread and connection the state lives on
opening    its lock and rights, and whether the file is whole
copying    a copy of it, made beside a running broker
beside     a topic of that file, read beside a running broker, for people
kafka      Apache Kafka: reading ahead into lanes (ahead); kafka_append is its producer,
           kafka_group shares partitions, kafka_topics makes and alters topics,
           kafka_connection says how the cluster is reached
"""
