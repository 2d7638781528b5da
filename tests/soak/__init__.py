"""Many users for a while: no error, and a server that does not grow. `make soak`, or `python -m soak`.

It runs the torture's world without its faults, and its clients without their patience: each message is sent
once.

run      the users in their world, and what came of it
users    what each of them does
watch    the servers' memory and connections meanwhile
report   a table of it, and the verdict
"""
