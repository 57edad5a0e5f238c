"""How what happens in the lab travels to whoever listens: trails, buses, rules, queues, topics, alarms, receivers.

A record or a message enters at one of few doors (`outgoing.send_record`, `buses.put`, `topics.publish`,
`bucket_notices.tell`, `log_groups.write`) and is carried on at once, in the thread of the caller; only posts to web
receivers wait for nobody. What is carried here is no API call, so it leaves no record: nothing can run in a circle.
"""
