// One message in, one out for each item of the order: "2 apples", "1 pear".
#pragma once

#include <tempest/task.hpp>

#include <string>
#include <string_view>

#include "order.hpp"

namespace {{identifier}} {

class split_order {
 public:
  explicit split_order(tempest::context& context)
      : separator_(context.get<std::string>("separator")) {}

  void handle(const tempest::message& in, tempest::outbox& out) {
    std::string_view rest = parse_order(in.text()).items;
    while (!rest.empty()) {
      const std::size_t end = rest.find(separator_);
      const std::string_view item = trimmed(rest.substr(0, end));
      if (!item.empty()) out.emit(item);
      rest = end == std::string_view::npos ? "" : rest.substr(end + separator_.size());
    }
  }

 private:
  static std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(' ');
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
  }

  std::string separator_;
};

inline auto split_order_task() {
  return tempest::task<split_order>(
      "split_order", "Splits an order into its items.",
      tempest::option<std::string>("separator", "What stands between items.").by_default(","));
}

} // namespace {{identifier}}
