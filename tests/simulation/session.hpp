// What the engine and a worker in another process say to each other, as bytes that arrive in pieces
// of any size: the encoder, reader and decoder that the sockets use, without the sockets.
#pragma once

#include <cstddef>
#include <random>
#include <span>
#include <vector>

#include "runtime/base/chunk.hpp"
#include "runtime/wire/decoder.hpp"
#include "runtime/wire/encoder.hpp"
#include "runtime/wire/frame_reader.hpp"

namespace tempest::simulation {

class session {
 public:
  explicit session(base::chunk_pool& pool) : to_worker_(pool), to_topology_(pool) {}

  // Deliveries as they arrive; valid as long as `keep` is held.
  struct arrived {
    std::vector<tempest_delivery> deliveries;
    std::vector<base::chunk_ref> keep;
  };
  [[nodiscard]] arrived deliver(std::span<const tempest_delivery> given, std::mt19937_64& dice);
  // A report as it arrives, in as many parts as the frames have room for.
  [[nodiscard]] std::vector<engine::worker_report> report(engine::worker_report& done,
                                                          std::mt19937_64& dice);

 private:
  struct direction {
    explicit direction(base::chunk_pool& pool) : reader(pool), decoder(pool) {}
    wire::encoder encoder;
    wire::frame_reader reader;
    wire::decoder decoder;
    std::vector<char> stream;
  };

  template <typename Take>
  static void carry(direction& way, std::mt19937_64& dice, Take take);

  direction to_worker_;
  direction to_topology_;
};

} // namespace tempest::simulation
