// Outcome of something that may fail for reasons outside this program: a value, or an Error.
//
// Same member names as std::expected, so a later compiler can make Result an alias. Discarding one
// is a compiler warning. An Error's message is for people, complete, and never holds a secret.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "core/check.h"

namespace dm::core {

enum class Code {
  InvalidArgument,  // the input is wrong; repeating it cannot help
  NotFound,
  Unauthenticated,   // credentials missing or refused
  PermissionDenied,  // known, but not allowed
  Unimplemented,     // the peer cannot do this
  ResourceExhausted, // a limit, ours or the peer's
  Unavailable,       // try again later
  Timeout,
  Cancelled,  // we stopped it
  Corrupt,    // bytes that make no sense
  Io,         // disk
  Internal,
};

struct Error {
  Code code = Code::Internal;
  std::string message;
  bool operator==(const Error&) const = default;
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}        // NOLINT: implicit
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}    // NOLINT: implicit

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  T& value() & { check_value(); return std::get<0>(state_); }
  const T& value() const& { check_value(); return std::get<0>(state_); }
  T&& value() && { check_value(); return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const& {
    CHECK(!has_value(), "error() of a Result that holds a value");
    return std::get<1>(state_);
  }

 private:
  void check_value() const { CHECK(has_value(), "value() of a Result that holds an error"); }
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)), failed_(true) {}  // NOLINT: implicit
  bool has_value() const { return !failed_; }
  explicit operator bool() const { return has_value(); }
  const Error& error() const& {
    CHECK(failed_, "error() of a Result that succeeded");
    return error_;
  }

 private:
  Error error_;
  bool failed_ = false;
};

using Status = Result<void>;

}  // namespace dm::core
