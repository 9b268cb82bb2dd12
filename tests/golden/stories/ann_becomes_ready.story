# Design section 9. Lived through: her form waits for us at once, and gives way when she is ready.
owners eve
2026-02-02T09:00 ann sends-form
2026-02-02T09:01 expect ann stage=GROWING nudges=waits-for-us:open
2026-02-05T09:00 ann reads-content
2026-02-09T09:00 ann reads-content
2026-02-12T09:00 ann asks
2026-02-12T09:00 expect ann stage=READY readiness=.645...665 nudges=waits-for-us:withdrawn,became-ready:open guard=none
