// How well the shipped model foretells answers on real mail: `make measure-model`.
// The protocol is that of the data's README.md, "email_eu"; the figures stand in docs/model.md.

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "common/model/readiness.h"
#include "common/testing/model_testing.h"
#include "tests/bench/forecast_quality.h"
#include "tests/bench/mail_log.h"
#include "tests/bench/mail_replay.h"

namespace tend::bench {
namespace {

constexpr int kGroups = 10;

// Of a list of what was asked, the forecasts of some.
template <typename Which>
std::vector<Forecast> Select(const std::vector<Asked>& asked, double Asked::*z, Which which) {
  std::vector<Forecast> forecasts;
  for (const Asked& a : asked) {
    if (which(a)) forecasts.push_back({model::Sigma(a.*z), a.mail->answered});
  }
  return forecasts;
}

bool ValidStart(const Asked& a) { return a.mail->valid && a.mail->episode_start; }
bool TrainStart(const Asked& a) { return !a.mail->valid && a.mail->episode_start; }

void PrintHeader() {
  absl::PrintF("%-44s %7s %9s %9s %6s %6s %8s %6s %12s %12s\n", "", "trials", "forecast",
               "answered", "AUC", "Brier", "log loss", "ECE", "withheld 90%", "withheld 95%");
}

void PrintRow(absl::string_view name, Forecasts forecasts) {
  const Mean mean = MeanOf(forecasts);
  absl::PrintF("%-44s %7d %9.3f %9.3f %6.4f %6.4f %8.4f %6.4f %12.3f %12.3f\n", name, mean.count,
               mean.forecast, mean.observed, Auc(forecasts), BrierScore(forecasts),
               LogLoss(forecasts), CalibrationError(forecasts), ShareWithheld(forecasts, 0.90),
               ShareWithheld(forecasts, 0.95));
}

void PrintGroups(Forecasts shipped, Forecasts shifted) {
  absl::PrintF("\nvalid, episode starts, as sent: tenths by rising readiness\n");
  absl::PrintF("%8s %9s %9s %12s %14s\n", "", "forecast", "answered", "difference",
               "with the shift");
  const std::vector<Mean> groups = EqualGroups(shipped, kGroups);
  const std::vector<Mean> after = EqualGroups(shifted, kGroups);
  for (size_t i = 0; i < groups.size(); ++i) {
    absl::PrintF("%8d %9.3f %9.3f %+12.3f %+14.3f\n", i + 1, groups[i].forecast, groups[i].observed,
                 groups[i].observed - groups[i].forecast, after[i].observed - after[i].forecast);
  }
}

void Report(const std::vector<Asked>& asked, const std::vector<Asked>& merged,
            const model::ScoringModel& model) {
  const auto shipped = Select(asked, &Asked::z_sent, ValidStart);
  const auto train = Select(asked, &Asked::z_sent, TrainStart);
  const double shift = BestShift(train);
  const auto shifted = Shifted(shipped, shift);
  PrintHeader();
  PrintRow("valid, episode starts, as sent", shipped);
  PrintRow("  without history", Select(asked, &Asked::z_sent, [](const Asked& a) {
             return ValidStart(a) && a.mail->cold;
           }));
  PrintRow("  that went to one", Select(asked, &Asked::z_sent, [](const Asked& a) {
             return ValidStart(a) && a.recipients == 1;
           }));
  PrintRow("  asked as planned: one recipient", Select(asked, &Asked::z_planned, ValidStart));
  PrintRow("  a mail to several of us as one act", Select(merged, &Asked::z_sent, ValidStart));
  PrintRow(absl::StrFormat("  intercept fitted on train: %.3f%+.3f", model.intercept, shift),
           shifted);
  PrintRow("valid, all, as sent",
           Select(asked, &Asked::z_sent, [](const Asked& a) { return a.mail->valid; }));
  PrintRow("train, episode starts, as sent", train);
  absl::PrintF(
      "goals: AUC >= .779, without history >= .72, ECE <= .02, withheld at 95%% of the answers "
      ">= .23\n");
  PrintGroups(shipped, shifted);
}

int Measure(const std::string& folder) {
  const absl::StatusOr<std::vector<Mail>> mails = ReadMailLog(folder);
  if (absl::IsNotFound(mails.status())) {
    absl::PrintF("skipped: the real mail is not here: %s\n", mails.status().message());
    return 0;
  }
  if (!mails.ok()) {
    absl::FPrintF(stderr, "%s\n", mails.status().message());
    return 1;
  }
  const model::ScoringModel& model = model::ShippedModel();
  const auto begin = std::chrono::steady_clock::now();
  const std::vector<Asked> asked =
      Replay(*mails, SeveralOwners::kOneActEach, model, model::ShippedPolicy());
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  if (asked.empty()) {
    absl::FPrintF(stderr, "%s: no labelled row\n", folder);
    return 1;
  }
  absl::PrintF("model %s on %d mails, %d labelled\n\n", model.version, mails->size(), asked.size());
  Report(asked, Replay(*mails, SeveralOwners::kOneAct, model, model::ShippedPolicy()), model);
  absl::PrintF("\nreplayed in %.1f s: %.0f mails a second, two folds and one readiness each\n",
               took.count(), static_cast<double>(mails->size()) / took.count());
  return 0;
}

}  // namespace
}  // namespace tend::bench

// Run from the top of the source tree: the shipped model is read from deploy/.
int main(int argc, char** argv) {
  return tend::bench::Measure(argc > 1 ? argv[1] : "../shared/data/email_eu");
}
