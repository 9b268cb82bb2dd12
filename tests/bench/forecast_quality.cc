#include "tests/bench/forecast_quality.h"

#include <algorithm>
#include <cmath>

namespace tend::bench {
namespace {

double LogOdds(double probability) { return std::log(probability / (1 - probability)); }
double Probability(double log_odds) { return 1 / (1 + std::exp(-log_odds)); }

std::vector<Forecast> ByProbability(Forecasts forecasts) {
  std::vector<Forecast> sorted(forecasts.begin(), forecasts.end());
  // What happened comes last among equals, so that sums do not depend on the order given.
  std::sort(sorted.begin(), sorted.end(), [](const Forecast& a, const Forecast& b) {
    return a.probability != b.probability ? a.probability < b.probability : a.happened < b.happened;
  });
  return sorted;
}

// Calls run(begin, end) for each run of equal probability of a sorted list.
template <typename Run>
void ForEachTie(const std::vector<Forecast>& sorted, Run run) {
  for (size_t begin = 0, end = 0; begin < sorted.size(); begin = end) {
    while (end < sorted.size() && sorted[end].probability == sorted[begin].probability) ++end;
    run(begin, end);
  }
}

size_t HappenedIn(const std::vector<Forecast>& sorted, size_t begin, size_t end) {
  size_t count = 0;
  for (size_t i = begin; i < end; ++i) count += sorted[i].happened ? 1 : 0;
  return count;
}

}  // namespace

double Auc(Forecasts forecasts) {
  const std::vector<Forecast> sorted = ByProbability(forecasts);
  double below = 0, won = 0, happened = 0;
  ForEachTie(sorted, [&](size_t begin, size_t end) {
    const auto yes = static_cast<double>(HappenedIn(sorted, begin, end));
    const double no = static_cast<double>(end - begin) - yes;
    won += yes * (below + no / 2);
    below += no;
    happened += yes;
  });
  return happened == 0 || below == 0 ? 0.5 : won / happened / below;
}

double BrierScore(Forecasts forecasts) {
  double sum = 0;
  for (const Forecast& f : ByProbability(forecasts)) {
    const double error = f.probability - (f.happened ? 1 : 0);
    sum += error * error;
  }
  return sum / static_cast<double>(forecasts.size());
}

double LogLoss(Forecasts forecasts) {
  double sum = 0;
  for (const Forecast& f : ByProbability(forecasts))
    sum -= std::log(f.happened ? f.probability : 1 - f.probability);
  return sum / static_cast<double>(forecasts.size());
}

Mean MeanOf(Forecasts forecasts) {
  Mean mean;
  for (const Forecast& f : forecasts) {
    ++mean.count;
    mean.forecast += f.probability;
    mean.observed += f.happened ? 1 : 0;
  }
  if (mean.count == 0) return mean;
  mean.forecast /= mean.count;
  mean.observed /= mean.count;
  return mean;
}

std::vector<Mean> EqualGroups(Forecasts forecasts, int parts) {
  const std::vector<Forecast> sorted = ByProbability(forecasts);
  std::vector<Mean> groups;
  for (size_t i = 0, begin = 0; i < static_cast<size_t>(parts); ++i) {
    const size_t end = sorted.size() * (i + 1) / static_cast<size_t>(parts);
    groups.push_back(MeanOf(Forecasts(sorted).subspan(begin, end - begin)));
    begin = end;
  }
  return groups;
}

double CalibrationError(Forecasts forecasts, int bins) {
  const std::vector<Forecast> sorted = ByProbability(forecasts);
  double error = 0;
  size_t begin = 0;
  for (int bin = 1; bin <= bins; ++bin) {
    size_t end = begin;
    while (end < sorted.size() && (bin == bins || sorted[end].probability * bins < bin)) ++end;
    const Mean mean = MeanOf(Forecasts(sorted).subspan(begin, end - begin));
    error += mean.count * std::abs(mean.forecast - mean.observed);
    begin = end;
  }
  return error / static_cast<double>(sorted.size());
}

double BestShift(Forecasts forecasts) {
  // Newton's method on a function that rises everywhere; from 0 it settles in a few steps.
  const std::vector<Forecast> sorted = ByProbability(forecasts);
  double shift = 0;
  for (int step = 0; step < 20; ++step) {
    double excess = 0, slope = 0;
    for (const Forecast& f : sorted) {
      const double p = Probability(LogOdds(f.probability) + shift);
      excess += p - (f.happened ? 1 : 0);
      slope += p * (1 - p);
    }
    shift -= std::clamp(excess / slope, -1.0, 1.0);
  }
  return shift;
}

std::vector<Forecast> Shifted(Forecasts forecasts, double log_odds) {
  std::vector<Forecast> shifted(forecasts.begin(), forecasts.end());
  for (Forecast& f : shifted) f.probability = Probability(LogOdds(f.probability) + log_odds);
  return shifted;
}

double ShareWithheld(Forecasts forecasts, double kept) {
  const std::vector<Forecast> sorted = ByProbability(forecasts);
  const auto all = static_cast<double>(HappenedIn(sorted, 0, sorted.size()));
  double lost = 0;
  size_t withheld = 0;
  bool more = true;
  ForEachTie(sorted, [&](size_t begin, size_t end) {
    lost += static_cast<double>(HappenedIn(sorted, begin, end));
    more = more && all - lost >= kept * all - 1e-9;
    if (more) withheld = end;
  });
  return static_cast<double>(withheld) / static_cast<double>(sorted.size());
}

}  // namespace tend::bench
