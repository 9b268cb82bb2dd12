# Three unasked touches are too many, unless the person has answered since.
owners eve
2026-02-02T09:00 eve writes max
2026-02-05T09:00 eve writes max
2026-02-06T09:00 max writes eve
2026-02-06T10:00 eve writes max purpose=answer
2026-02-16T09:00 eve writes max
2026-02-16T09:01 expect max nudges=none
2026-02-18T09:00 eve writes max
2026-02-20T09:00 eve writes max
2026-02-20T09:01 expect max nudges=over-contacted:open,over-contacted:open
