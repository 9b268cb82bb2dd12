owners eve
2026-02-02T09:00 hal writes eve
2026-02-02T12:00 eve writes hal purpose=answer
2026-02-20T09:00 hal rests until=2026-03-01
2026-03-01T00:00 expect hal nudges=rest-over:open
2026-03-16T00:00 expect hal nudges=rest-over:expired
