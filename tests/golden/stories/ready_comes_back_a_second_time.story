# A spell ends by silence; a new act begins another, and it is told again.
owners eve
2026-02-02T09:00 kim sends-form
2026-02-02T10:00 kim asks
2026-02-02T10:01 expect kim stage=READY nudges=waits-for-us:withdrawn,became-ready:open
2026-04-15T09:00 expect kim stage=GROWING nudges=waits-for-us:withdrawn,became-ready:expired
2026-04-16T09:00 kim sends-form
2026-04-16T10:00 kim asks
2026-04-16T10:01 expect kim stage=READY nudges=waits-for-us:withdrawn,became-ready:expired,waits-for-us:withdrawn,became-ready:open
