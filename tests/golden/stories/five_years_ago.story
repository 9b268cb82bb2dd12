# An old friendship does not make anybody ready; a new word does more.
owners eve
2021-02-02T09:00 leo writes eve
2021-02-02T12:00 eve writes leo purpose=answer
2021-02-03T09:00 leo writes eve
2021-02-03T12:00 eve writes leo purpose=answer
2026-02-02T09:00 expect leo stage=FALLOW
2026-02-02T10:00 leo writes eve
2026-02-02T10:01 expect leo stage=GROWING
