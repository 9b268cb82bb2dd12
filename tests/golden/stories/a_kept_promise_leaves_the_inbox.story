owners eve
2026-02-02T09:00 eve promises ida id=P1 due=2026-02-10
2026-02-08T23:59 expect ida nudges=none
2026-02-09T00:00 expect ida nudges=promise-due:open
2026-02-09T12:00 eve keeps-promise ida id=P1
2026-02-09T12:01 expect ida nudges=promise-due:withdrawn
