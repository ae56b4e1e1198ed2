#include "tests/simulation/session.hpp"

#include <algorithm>
#include <cstring>
#include <utility>
#include <variant>

namespace tempest::simulation {
namespace {

// Small enough that batches have to be split, large enough for any single delivery here.
std::size_t frame_limit(std::mt19937_64& dice) {
  return 1000 + dice() % 4000;
}

} // namespace

template <typename Take>
void session::carry(direction& way, std::mt19937_64& dice, Take take) {
  std::span<const char> left(way.stream);
  while (!left.empty()) {
    const std::span<char> room = way.reader.room();
    const std::size_t piece = std::min({room.size(), left.size(), std::size_t{1 + dice() % 700}});
    std::memcpy(room.data(), left.data(), piece);
    way.reader.filled(piece);
    left = left.subspan(piece);
    while (const auto frame = way.reader.next()) {
      take(way.decoder.decode(frame->body, frame->home));
    }
  }
  way.stream.clear();
}

session::arrived session::deliver(std::span<const tempest_delivery> given, std::mt19937_64& dice) {
  const std::size_t limit = frame_limit(dice);
  while (!given.empty()) {
    const auto part = to_worker_.encoder.encode(wire::deliver{0, given, nullptr, nullptr}, limit);
    wire::append_frame(to_worker_.stream, part.bytes);
    given = given.subspan(part.count);
  }
  arrived made;
  carry(to_worker_, dice, [&](const wire::message& said) {
    const auto& batch = std::get<wire::deliver>(said);
    made.deliveries.insert(made.deliveries.end(), batch.deliveries.begin(), batch.deliveries.end());
    made.keep.emplace_back(batch.frame);
    if (batch.headers != nullptr) made.keep.emplace_back(batch.headers);
  });
  return made;
}

std::vector<engine::worker_report> session::report(engine::worker_report& done,
                                                   std::mt19937_64& dice) {
  const std::size_t limit = frame_limit(dice);
  for (std::size_t first = 0; first < done.results.size();) {
    const auto part = to_topology_.encoder.encode(wire::report{0, &done}, first, limit);
    wire::append_frame(to_topology_.stream, part.bytes);
    first += part.count;
  }
  std::vector<engine::worker_report> parts;
  carry(to_topology_, dice, [&](const wire::message& said) {
    parts.push_back(std::move(*std::get<wire::report>(said).done));
  });
  return parts;
}

} // namespace tempest::simulation
