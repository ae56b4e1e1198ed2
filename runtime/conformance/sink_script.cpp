#include "runtime/conformance/sink_script.hpp"

#include <fmt/format.h>

#include <chrono>
#include <thread>
#include <utility>

#include "runtime/base/clock.hpp"
#include "runtime/conformance/payload_words.hpp"

namespace tempest::conformance {
namespace {

constexpr std::chrono::milliseconds pause_between_tries{20};

} // namespace

sink_script::sink_script(site& at) : process(at), site_(at) {
  make();
}

void sink_script::make() {
  const auto answer = process.ask({{"do", "create"}, {"options", process.options()}});
  if (!answer.at("ok").get<bool>()) {
    throw found("create refused the options: " + answer.at("error").get<std::string>());
  }
}

bool sink_script::ask_well(const char* what) {
  const auto answer = process.ask({{"do", what}});
  const auto reason = answer.at("error").get<std::string>();
  if (!reason.empty()) error = reason;
  return answer.at("ok");
}

bool sink_script::connect() {
  connected = ask_well("connect");
  return connected;
}

void sink_script::reach() {
  const std::int64_t limit = base::steady_ns() + base::nanoseconds(site_.patience());
  while (!connect()) {
    if (base::steady_ns() > limit) throw found("it does not connect: " + error);
    std::this_thread::sleep_for(pause_between_tries);
  }
}

std::vector<std::uint8_t> sink_script::write(const std::vector<std::string>& payloads,
                                             nlohmann::json more) {
  more["do"] = "write";
  more["payloads"] = payloads;
  return process.ask(std::move(more)).at("results").get<std::vector<std::uint8_t>>();
}

bool sink_script::flush() {
  return ask_well("flush");
}

void sink_script::deliver(std::vector<std::string> payloads) {
  std::int64_t limit = base::steady_ns() + base::nanoseconds(site_.patience());
  while (!payloads.empty()) {
    if (base::steady_ns() > limit) {
      throw found(fmt::format("{} messages were not written: {}", payloads.size(), error));
    }
    if (!connected) reach();
    const std::vector<std::uint8_t> results = write(payloads);
    std::vector<std::string> left;
    for (std::size_t i = 0; i < payloads.size(); ++i) {
      if (results[i] == TEMPEST_WRITE_REJECTED)
        throw found("it rejects " + payload_words(payloads[i]));
      if (results[i] != TEMPEST_WRITTEN) left.push_back(payloads[i]);
    }
    if (flush() && left.size() < payloads.size()) {
      payloads = std::move(left);
      limit = base::steady_ns() + base::nanoseconds(site_.patience());
      continue;
    }
    if (!healthy()) connected = false;
    std::this_thread::sleep_for(pause_between_tries);
  }
}

bool sink_script::healthy() {
  return ask_well("healthy");
}

void sink_script::close() {
  process.ask({{"do", "close"}});
  connected = false;
}

void sink_script::destroy() {
  process.ask({{"do", "destroy"}});
  connected = false;
}

void sink_script::end() {
  close();
  destroy();
  process.leave();
}

} // namespace tempest::conformance
