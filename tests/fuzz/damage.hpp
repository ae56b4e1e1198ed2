// Damages what was sound.
#pragma once

#include <algorithm>
#include <random>
#include <string>
#include <string_view>

namespace tempest::fuzz {

class damage {
 public:
  // `signs`: what stands in a damaged place, besides any byte.
  damage(std::uint32_t seed, std::string_view signs) : dice_(seed), signs_(signs) {}

  std::size_t below(std::size_t limit) { return dice_() % limit; }

  // `sound` with one to five bytes or pieces changed, doubled, moved in or taken out; it may be
  // cut off.
  std::string to(std::string_view sound) {
    std::string text(sound);
    for (std::size_t i = below(5) + 1; i > 0 && !text.empty(); --i) hurt(text);
    return text;
  }

 private:
  char sign() {
    return below(4) == 0 ? static_cast<char>(below(256)) : signs_[below(signs_.size())];
  }

  void hurt(std::string& text) {
    const std::size_t at = below(text.size());
    const std::size_t length = std::min(below(20), text.size() - at);
    switch (below(6)) {
      case 0:
        text[at] = sign();
        break;
      case 1:
        text.erase(at, length);
        break;
      case 2:
        text.insert(below(text.size()), text.substr(at, length));
        break;
      case 3:
        text.resize(at);
        break;
      default:
        text.insert(at, 1, sign());
    }
  }

  std::mt19937 dice_; // the standard fixes its numbers
  const std::string signs_;
};

} // namespace tempest::fuzz
