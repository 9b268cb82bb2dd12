owners eve
2026-02-02T09:00 ed stands-on-list unsubscribed=yes
2026-02-02T09:01 expect ed stage=SEED guard=suppressed nudges=none
