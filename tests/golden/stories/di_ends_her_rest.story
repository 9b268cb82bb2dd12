owners eve
2026-01-20T09:00 di rests until=2026-03-01
2026-01-20T09:01 expect di stage=RESTING guard=rest nudges=none
2026-02-10T09:00 di writes eve
2026-02-10T09:01 expect di stage=GROWING nudges=none guard=none
2026-02-11T09:00 expect di nudges=waits-for-us:open
2026-02-11T10:00 eve writes di purpose=answer
2026-02-11T10:01 expect di stage=CONVERSING nudges=waits-for-us:withdrawn
2026-02-25T10:00 expect di nudges=waits-for-us:withdrawn
