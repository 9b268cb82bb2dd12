// How good a list of forecasts is: do they rank well, are they right on average, what do they save.
// All are exact and do not depend on the order of the list. REQUIRES everywhere: not empty, and
// probabilities strictly between 0 and 1.

#ifndef TEND_TESTS_BENCH_FORECAST_QUALITY_H_
#define TEND_TESTS_BENCH_FORECAST_QUALITY_H_

#include <vector>

#include "absl/types/span.h"

namespace tend::bench {

struct Forecast {
  double probability = 0;
  bool happened = false;
};
using Forecasts = absl::Span<const Forecast>;

// The chance that what happened was given more than what did not; a tie counts half (the statistic
// of Mann and Whitney). .5 where all or none happened.
double Auc(Forecasts forecasts);
// Mean squared error, and mean -ln of what was given to the outcome.
double BrierScore(Forecasts forecasts);
double LogLoss(Forecasts forecasts);

// Of all forecasts, or of some that belong together.
struct Mean {
  int count = 0;
  double forecast = 0;
  double observed = 0;
};
Mean MeanOf(Forecasts forecasts);
// `parts` groups of (nearly) equal size, by rising probability.
std::vector<Mean> EqualGroups(Forecasts forecasts, int parts);

// Expected calibration error: |forecast - observed| over `bins` bins of equal width on [0, 1],
// weighted by their counts (Naeini, Cooper, Hauskrecht, AAAI 2015).
double CalibrationError(Forecasts forecasts, int bins = 10);

// The log-odds to add to every forecast so that their mean is what was observed: the most likely
// shift of an intercept. REQUIRES: something happened, and something did not.
double BestShift(Forecasts forecasts);
std::vector<Forecast> Shifted(Forecasts forecasts, double log_odds);

// The share that could be left out, the least probable first, while `kept` (0..1] of what happened
// stays in. Of equal probabilities all stay or all go.
double ShareWithheld(Forecasts forecasts, double kept);

}  // namespace tend::bench

#endif  // TEND_TESTS_BENCH_FORECAST_QUALITY_H_
