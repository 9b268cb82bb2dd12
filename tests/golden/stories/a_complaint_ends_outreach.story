owners eve
2026-02-02T09:00 jan sends-form
2026-02-02T10:00 jan complains
2026-02-02T10:01 expect jan nudges=waits-for-us:withdrawn guard=suppressed
2026-02-03T09:00 jan reads-pricing
2026-02-03T09:01 expect jan nudges=waits-for-us:withdrawn
