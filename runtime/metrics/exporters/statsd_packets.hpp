// Metrics as datagrams of statsd. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "runtime/metrics/exporters/exporter.hpp"
#include "runtime/metrics/exporters/interval.hpp"

namespace tempest::metrics {

struct statsd_form {
  std::string prefix{};
  std::string instance{};
  bool tags = true; // in the form of DogStatsD; else labels become a part of the name
  std::size_t max_datagram_bytes = 1'432;
};

// Counters are sent as what they grew since they were last sent, gauges as they are. Histograms
// become samples, each in the middle of its bucket as far as the sum allows: one for each
// observation, or about 40 that stand for many (by their sample rate). Those of seconds are timers
// in milliseconds, and end in _ms; of others the type says ms as well, since statsd has no other.
class statsd_packets {
 public:
  // What a line tells, so that it is not told again.
  struct told {
    std::string series;
    double counter = 0;       // of a counter: its value
    std::size_t bucket = 0;   // of a histogram
    std::uint64_t number = 0; // of observations in that bucket
    double sum = 0;           // of them, as told
  };
  struct packet {
    std::string bytes; // lines with a line feed between them
    std::vector<told> tells;
  };

  explicit statsd_packets(statsd_form form) : form_(std::move(form)) {}

  // What is new of `now`, in as few datagrams as it fits into.
  [[nodiscard]] std::vector<packet> next(const families& now);
  // That one was sent: what it tells is not repeated.
  void sent(const packet& one);

  // A line that does not fit into a datagram, and is not sent; empty while there is none.
  [[nodiscard]] const std::string& too_long() const { return too_long_; }

 private:
  class writer;
  struct last {
    double counter = 0;
    std::vector<std::uint64_t> counts; // of a histogram, as told
    double sum = 0;
  };

  const statsd_form form_;
  std::map<std::string, last, std::less<>> told_;
  std::string too_long_;
};

} // namespace tempest::metrics
