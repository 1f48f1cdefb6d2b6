// Boost.Asio as net/ uses it: one thread per io_context. Only files of net/ include this header.
#pragma once

#include <utility>  // Asio 1.81 needs it before its own headers

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

#include "net/loop.h"
#include "net/tls.h"

namespace dm::net {

namespace asio = boost::asio;

using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using Resolver = asio::ip::basic_resolver<asio::ip::tcp, Executor>;
using SteadyTimer =
    asio::basic_waitable_timer<std::chrono::steady_clock,
                               asio::wait_traits<std::chrono::steady_clock>, Executor>;

// What one connection may read before the others get their turn; also the size of the buffer that
// all connections of a loop share.
constexpr std::size_t kReadBytes = 256U << 10U;

struct Loop::Impl {
  asio::io_context context{1};
  asio::executor_work_guard<Executor> work{context.get_executor()};
  TlsContexts tls_contexts;

  // Filled and handed on within one callback, never across two.
  std::span<std::uint8_t> read_buffer() {
    if (buffer_.empty()) buffer_.resize(kReadBytes);
    return buffer_;
  }

 private:
  std::vector<std::uint8_t> buffer_;
};

}  // namespace dm::net
