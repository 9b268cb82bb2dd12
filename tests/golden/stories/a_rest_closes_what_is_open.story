owners eve
2026-02-02T09:00 gus sends-form
2026-02-02T09:01 expect gus nudges=waits-for-us:open
2026-02-03T09:00 gus rests until=they-write
2026-02-03T09:01 expect gus stage=RESTING nudges=waits-for-us:withdrawn guard=rest
2026-06-03T09:01 expect gus stage=RESTING
2026-06-04T09:00 gus writes eve
2026-06-04T09:01 expect gus stage=GROWING guard=none
