// One delivery under a harness: what it consists of and what became of it. Never freed, because a
// deferred handle may outlive its harness, and a late call with it must be harmless.
#pragma once

#include <tempest/abi.h>
#include <tempest/task_harness.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace tempest::testing {

class delivery_record {
 public:
  [[nodiscard]] static delivery_record& make(input message, std::size_t number);

  [[nodiscard]] const tempest_delivery& c() const { return delivery_; }
  [[nodiscard]] result now() const;
  [[nodiscard]] bool is_open() const;

  // Each returns whether the delivery was open.
  bool emit(const tempest_output& output);
  bool emit(tempest_slice payload);
  bool forward();
  bool progress();
  bool end(ending how, std::string reason = {});
  void defer();
  // After handle(): what neither ended nor was deferred has failed.
  void handled();

  // Waits until none of them is open.
  static bool wait(const std::vector<delivery_record*>& all, std::chrono::milliseconds limit);

 private:
  bool keep(emitted one);

  input message_;
  std::vector<tempest_header> headers_;
  tempest_delivery delivery_{};
  result result_;
  bool deferred_ = false;
};

} // namespace tempest::testing
