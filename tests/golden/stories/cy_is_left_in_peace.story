# Ready by the number; three unsolicited touches ask for 120 days of patience.
owners eve
2026-01-05T08:00 eve writes cy
2026-01-20T08:00 eve writes cy
2026-02-05T08:00 eve writes cy
2026-02-06T09:00 cy reads-content
2026-02-06T10:00 cy reads-pricing
2026-02-06T11:00 cy reads-content
2026-02-06T12:00 cy reads-pricing
2026-02-07T09:00 cy reads-content
2026-02-07T10:00 cy reads-pricing
2026-02-07T11:00 cy reads-content
2026-02-07T12:00 cy reads-pricing
2026-02-08T09:00 cy reads-content
2026-02-08T10:00 cy reads-pricing
2026-02-08T11:00 cy attends-event
2026-02-08T11:01 expect cy stage=READY readiness=.68....71 guard=patience nudges=none
2026-06-05T07:59 expect cy guard=patience
2026-06-05T08:00 expect cy guard=none nudges=none
