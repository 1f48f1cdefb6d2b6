// An immutable text that copies share, in the room of one pointer: what repeats in thousands of expectations, such as
// the object that says them and the paths that all devices have. Value type; any thread.
#pragma once

#include <atomic>
#include <compare>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace dm::model {

class SharedText {
 public:
  SharedText() = default;  // the empty text
  SharedText(std::string text) : node_(text.empty() ? nullptr : new Node{std::move(text)}) {}  // NOLINT: implicit
  SharedText(std::string_view text) : SharedText(std::string(text)) {}                         // NOLINT: implicit
  SharedText(const char* text) : SharedText(std::string(text)) {}                              // NOLINT: implicit
  SharedText(const SharedText& other) : node_(other.node_) {
    if (node_ != nullptr) node_->users.fetch_add(1, std::memory_order_relaxed);
  }
  SharedText(SharedText&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
  SharedText& operator=(SharedText other) noexcept {
    std::swap(node_, other.node_);
    return *this;
  }
  ~SharedText() {
    if (node_ != nullptr && node_->users.fetch_sub(1, std::memory_order_acq_rel) == 1) delete node_;
  }

  const std::string& str() const;
  operator const std::string&() const { return str(); }  // NOLINT: implicit
  bool empty() const { return node_ == nullptr; }
  // True if no other copy is alive, as far as this thread can tell.
  bool is_alone() const { return node_ == nullptr || node_->users.load(std::memory_order_acquire) == 1; }

  bool operator==(const SharedText& other) const { return node_ == other.node_ || str() == other.str(); }
  std::strong_ordering operator<=>(const SharedText& other) const { return str() <=> other.str(); }
  bool operator==(const char* text) const { return str() == text; }

 private:
  struct Node {
    std::string text;  // never empty
    std::atomic<std::size_t> users{1};
  };
  Node* node_ = nullptr;  // owned together with the copies
};

// Texts that were seen before, so that equal ones are one. Belongs to one thread; the texts go anywhere.
class TextPool {
 public:
  // The text itself, or the equal one that is already there.
  SharedText shared(const SharedText& text);
  // Forgets what nobody else holds any more.
  void drop_unused();
  std::size_t size() const { return texts_.size(); }

 private:
  struct Hash {
    std::size_t operator()(const SharedText& text) const { return std::hash<std::string>()(text.str()); }
  };
  std::unordered_set<SharedText, Hash> texts_;
};

}  // namespace dm::model
