# However much we write, nobody becomes ready by it.
owners eve tom
2026-02-02T09:00 eve writes fay
2026-02-03T09:00 tom writes fay
2026-02-04T09:00 eve writes fay
2026-02-05T09:00 eve calls fay
2026-02-05T09:01 expect fay stage=SEED readiness=.1....254 nudges=over-contacted:open,over-contacted:open
