owners eve
2026-02-02T09:00 bob opens-mail machine=yes
2026-02-02T10:00 bob opens-mail machine=yes
2026-02-03T10:00 bob opens-mail
2026-02-03T10:01 expect bob stage=SEED readiness=.244...264 nudges=none
