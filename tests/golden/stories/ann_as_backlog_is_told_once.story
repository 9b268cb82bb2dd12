# The same, but only the question comes in live: one nudge ever.
owners eve
2026-02-02T09:00 ann sends-form received=2026-02-12T08:00
2026-02-05T09:00 ann reads-content received=2026-02-12T08:00
2026-02-09T09:00 ann reads-content received=2026-02-12T08:00
2026-02-12T08:01 expect ann nudges=none
2026-02-12T09:00 ann asks
2026-02-12T09:00 expect ann stage=READY readiness=.645...665 nudges=became-ready:open
