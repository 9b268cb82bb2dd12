#include "common/runtime/metrics.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "common/runtime/metric_names.h"

namespace tend {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// What a scraper sees.
std::string Scrape(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
  EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  const std::string request = "GET /metrics HTTP/1.0\r\n\r\n";
  EXPECT_EQ(write(fd, request.data(), request.size()), static_cast<ssize_t>(request.size()));
  std::string answer;
  char buffer[4096];
  for (ssize_t n = 0; (n = read(fd, buffer, sizeof(buffer))) > 0;) {
    answer.append(buffer, static_cast<size_t>(n));
  }
  close(fd);
  return answer;
}

TEST(MetricsTest, AScraperSeesWhatWasCounted) {
  Metrics metrics("scoring");
  const absl::StatusOr<int> port = metrics.Serve("127.0.0.1:0");
  ASSERT_TRUE(port.ok()) << port.status();
  metrics.Add(metric::kReceived, 3);
  metrics.Add(metric::kReceived, 4);
  metrics.Add(metric::kErrors, 1, {{"code", "UNAVAILABLE"}});
  metrics.Set(metric::kPartitions, 4);
  metrics.AddRejects({{v1::REJECT_REASON_TOO_LARGE, 5}},
                     {{v1::REJECT_REASON_TOO_LARGE, 5}, {v1::REJECT_REASON_TIME_INVALID, 2}});
  const std::string seen = Scrape(*port);
  EXPECT_THAT(seen, HasSubstr("tend_received_total{service=\"scoring\"} 7"));
  EXPECT_THAT(seen, HasSubstr("tend_errors_total{service=\"scoring\",code=\"UNAVAILABLE\"} 1"));
  EXPECT_THAT(seen,
              HasSubstr("tend_rejected_total{service=\"scoring\",reason=\"time_invalid\"} 2"));
  EXPECT_THAT(seen, Not(HasSubstr("too_large"))) << "nothing new";
  EXPECT_THAT(seen, HasSubstr("tend_partitions{service=\"scoring\"} 4"));
}

TEST(MetricsTest, ATakenPortIsSaid) {
  Metrics first("a"), second("b");
  const absl::StatusOr<int> port = first.Serve("127.0.0.1:0");
  ASSERT_TRUE(port.ok());
  const std::string taken = absl::StrCat("127.0.0.1:", *port);
  EXPECT_EQ(second.Serve(taken).status(),
            absl::UnavailableError(absl::StrCat(
                "runtime.metrics_address: cannot listen at ", taken,
                " (is the port taken?); free the port, or configure another address")));
}

}  // namespace
}  // namespace tend
