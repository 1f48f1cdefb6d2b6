#include "model/compact_bytes.h"

#include <cstring>
#include <utility>

#include "core/check.h"

namespace dm::model {

CompactBytes& CompactBytes::operator=(CompactBytes&& other) noexcept {
  std::swap(raw_, other.raw_);
  return *this;
}

void CompactBytes::assign(std::string_view bytes) {
  CompactBytes made(bytes);
  std::swap(raw_, made.raw_);
}

std::string_view CompactBytes::view() const {
  if (!is_on_heap()) return {reinterpret_cast<const char*>(raw_.data()), raw_[kInPlace]};
  std::uint32_t length = 0;
  std::memcpy(&length, raw_.data() + sizeof(char*), sizeof length);
  return {heap(), length};
}

std::size_t CompactBytes::heap_bytes() const { return is_on_heap() ? view().size() : 0; }

char* CompactBytes::heap() const {
  char* bytes = nullptr;
  std::memcpy(&bytes, raw_.data(), sizeof bytes);
  return bytes;
}

void CompactBytes::set(std::string_view bytes) {
  if (bytes.size() <= kInPlace) {
    if (!bytes.empty()) std::memcpy(raw_.data(), bytes.data(), bytes.size());
    raw_[kInPlace] = static_cast<unsigned char>(bytes.size());
    return;
  }
  CHECK(bytes.size() <= UINT32_MAX, "a value of more than 4 GB");
  const auto length = static_cast<std::uint32_t>(bytes.size());
  char* const held = new char[bytes.size()];
  std::memcpy(held, bytes.data(), bytes.size());
  std::memcpy(raw_.data(), &held, sizeof held);
  std::memcpy(raw_.data() + sizeof held, &length, sizeof length);
  raw_[kInPlace] = kOnHeap;
}

void CompactBytes::release() {
  if (is_on_heap()) delete[] heap();
}

}  // namespace dm::model
