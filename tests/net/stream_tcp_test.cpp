#include <gtest/gtest.h>
#include <netinet/tcp.h>

#include <atomic>
#include <cstdlib>

#include "net/stream_peer.h"

namespace dm::net::peer {
namespace {

using core::Code;
using std::chrono::milliseconds;

TEST(TcpStream, ConnectsAndCarriesBytesBothWays) {
  Listener listener;
  Client client(listener.port());

  ASSERT_TRUE(client.connect());
  Device device(listener.accept());
  client.stream->write("question");
  client.stream->write("!");
  EXPECT_EQ(device.hear(9), "question!");
  device.say("answer");
  client.hear(6);

  EXPECT_EQ(client.heard, "answer");
  EXPECT_TRUE(client.ends.empty());
}

TEST(TcpStream, SendsWhatWasWrittenBeforeTheConnect) {
  Listener listener;
  Client client(listener.port());

  client.stream->write("early");
  ASSERT_TRUE(client.connect());
  client.run_posted();

  EXPECT_EQ(Device(listener.accept()).hear(5), "early");
}

TEST(TcpStream, ConnectsByName) {
  Listener four;
  Client by_name(DialOptions{.host = "localhost", .port = four.port()});

  EXPECT_TRUE(by_name.connect()) << by_name.ends.front().message;
}

TEST(TcpStream, ConnectsOverIpv6) {
  Listener six(AF_INET6);
  if (!six.is_usable()) {
    ASSERT_EQ(std::getenv("CI"), nullptr) << "continuous integration needs the IPv6 loopback";
    GTEST_SKIP() << "no IPv6 here";
  }
  Client by_six(DialOptions{.host = "::1", .port = six.port()});

  EXPECT_TRUE(by_six.connect());
}

TEST(TcpStream, TellsARefusedConnection) {
  const fakes::ReservedPort reserved;
  const std::uint16_t port = reserved.port();
  Client client(port);

  EXPECT_FALSE(client.connect());

  EXPECT_EQ(client.end().code, Code::Unavailable);
  EXPECT_EQ(client.end().message,
            "cannot connect to 127.0.0.1:" + std::to_string(port) + ": Connection refused");
  EXPECT_NE(client.hint.find("is gNMI enabled"), std::string::npos) << client.hint;
}

TEST(TcpStream, TellsAnUnknownHost) {
  Client client(DialOptions{.host = "no such host.invalid", .port = 1});

  EXPECT_FALSE(client.connect());

  EXPECT_EQ(client.end().code, Code::NotFound);
  EXPECT_NE(client.end().message.find("no such host.invalid"), std::string::npos);
  EXPECT_NE(client.hint.find("IP address"), std::string::npos) << client.hint;
}

// A listener whose queue is full lets a further connect wait: nothing answers.
TEST(TcpStream, GivesUpOnAnAddressThatDoesNotAnswer) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  const Device silent(socket);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(socket, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(socket, 0), 0);
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  std::vector<std::unique_ptr<Client>> fillers;
  for (;;) {
    fillers.push_back(std::make_unique<Client>(DialOptions{.host = "127.0.0.1",
                                                           .port = ntohs(address.sin_port),
                                                           .connect_timeout = milliseconds(30)}));
    if (!fillers.back()->connect()) break;
    ASSERT_LT(fillers.size(), 100U) << "the queue does not fill";
  }

  EXPECT_EQ(fillers.back()->end().code, Code::Timeout);
  EXPECT_EQ(fillers.back()->end().message, "no answer from 127.0.0.1 within 30ms");
  EXPECT_NE(fillers.back()->hint.find("firewall"), std::string::npos) << fillers.back()->hint;
}

TEST(TcpStream, DeliversWhatWasSaidBeforeTheEnd) {
  Listener listener;
  Client client(listener.port());
  ASSERT_TRUE(client.connect());
  Device device(listener.accept());

  device.say("last words");
  device.close();

  EXPECT_EQ(client.end().code, Code::Unavailable);
  EXPECT_EQ(client.end().message, "the device closed the connection");
  EXPECT_EQ(client.heard, "last words");
  EXPECT_EQ(client.ends.size(), 1U);
}

TEST(TcpStream, DeliversWhatWasSaidEvenIfWritingFails) {
  Listener listener;
  Client client(listener.port());
  ASSERT_TRUE(client.connect());
  Device device(listener.accept());
  device.say("refused, and here is why");
  device.close();

  // The first write makes the peer's kernel answer RST, the later ones meet a broken pipe.
  for (int i = 0; i < 4; ++i) client.stream->write("more");
  client.end();

  EXPECT_EQ(client.ends.size(), 1U);
  EXPECT_EQ(client.ends.front().code, Code::Unavailable);
}

TEST(TcpStream, TellsAReset) {
  Listener listener;
  Client client(listener.port());
  ASSERT_TRUE(client.connect());
  Device device(listener.accept());

  device.reset();

  EXPECT_EQ(client.end().code, Code::Unavailable);
  EXPECT_EQ(client.end().message, "connection lost: Connection reset by peer");
}

TEST(TcpStream, ReadsABoundedAmountPerTurn) {
  Listener listener;
  Client client(listener.port());
  ASSERT_TRUE(client.connect());
  Device device(listener.accept());
  constexpr std::size_t kBytes = 16U << 20U;
  std::thread sender([&] { device.say(std::string(kBytes, 'b')); });

  client.hear(kBytes);
  sender.join();

  EXPECT_EQ(client.heard.size(), kBytes);
  EXPECT_LE(client.largest_turn, 256U << 10U);
}

TEST(TcpStream, AStreamThatBlastsDoesNotStarveAnother) {
  Listener listener;
  Loop loop;
  struct Side {
    std::unique_ptr<ByteStream> stream;
    std::size_t heard = 0;
  };
  Side loud, quiet;
  std::size_t loud_before_quiet = 0;
  loud.stream = make_tcp_stream(loop, {.host = "127.0.0.1", .port = listener.port()});
  loud.stream->open(
      {.on_connected = [&] { loop.stop(); },
       .on_bytes = [&](std::span<const std::uint8_t> bytes) { loud.heard += bytes.size(); },
       .on_closed = [&](const core::Error&) { loop.stop(); }});
  fakes::run(loop);
  Device loud_device(listener.accept());
  quiet.stream = make_tcp_stream(loop, {.host = "127.0.0.1", .port = listener.port()});
  quiet.stream->open({.on_connected = [&] { loop.stop(); },
                      .on_bytes =
                          [&](std::span<const std::uint8_t>) {
                            loud_before_quiet = loud.heard;
                            loop.stop();
                          },
                      .on_closed = [&](const core::Error&) { loop.stop(); }});
  fakes::run(loop);
  Device quiet_device(listener.accept());
  std::atomic<bool> is_over = false;
  std::thread sender([&] {
    const std::string piece(1U << 20U, 'l');
    while (!is_over) loud_device.say(piece);
  });
  quiet_device.say("me too");

  fakes::run(loop);  // ends only if the quiet one is heard beside a stream that never ends
  is_over = true;
  ::shutdown(loud_device.socket(), SHUT_RDWR);
  sender.join();

  EXPECT_LT(loud_before_quiet, 64U << 20U);
}

TEST(TcpStream, DoesNotReadWhilePaused) {
  Listener listener;
  Client client(listener.port());
  ASSERT_TRUE(client.connect());
  Device device(listener.accept());
  client.stream->pause(true);
  std::thread sender([&] {
    device.say(std::string(32U << 20U, 'p'));
    device.close();
  });

  // Turns of the loop in which a reading stream would have read.
  for (int i = 0; i < 100; ++i) client.run_posted();
  EXPECT_EQ(client.heard, "");
  client.stream->pause(false);
  client.end();
  sender.join();

  EXPECT_EQ(client.heard.size(), 32U << 20U);
}

TEST(TcpStream, SendsLargeWritesToASlowReader) {
  Listener listener;
  Client client(listener.port());
  ASSERT_TRUE(client.connect());
  Device device(listener.accept());
  const std::string large(8U << 20U, 'w');
  std::string got;

  client.stream->write(large);
  std::thread reader([&] {
    got = device.hear(large.size());
    device.say("done");
  });
  client.hear(4);
  reader.join();

  EXPECT_TRUE(got == large);
}

TEST(TcpStream, GivesUpOnADeviceThatDoesNotRead) {
  Listener listener;
  Client client(listener.port());
  ASSERT_TRUE(client.connect());
  Device device(listener.accept());

  for (int i = 0; i < 64; ++i) client.stream->write(std::string(1U << 20U, 'w'));

  EXPECT_TRUE(client.ends.empty()) << "told from inside write()";
  EXPECT_EQ(client.end().code, Code::ResourceExhausted);
}

TEST(TcpStream, SetsTheOptionsOfALongQuietConnection) {
  Listener listener;
  Client client(DialOptions{
      .host = "127.0.0.1", .port = listener.port(), .tcp_user_timeout = std::chrono::seconds(30)});
  ASSERT_TRUE(client.connect());
  // The stream hides its socket: it is the one connected to our listener.
  int options[4] = {};
  for (int socket = 3; socket < 256; ++socket) {
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    if (::getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &size) != 0 ||
        ntohs(peer.sin_port) != listener.port())
      continue;
    const auto get = [&](int level, int name) {
      int value = 0;
      socklen_t value_size = sizeof value;
      ::getsockopt(socket, level, name, &value, &value_size);
      return value;
    };
    options[0] = get(IPPROTO_TCP, TCP_NODELAY);
    options[1] = get(SOL_SOCKET, SO_KEEPALIVE);
    options[2] = get(IPPROTO_TCP, TCP_KEEPIDLE);
    options[3] = get(IPPROTO_TCP, TCP_USER_TIMEOUT);
  }

  EXPECT_EQ(options[0], 1);
  EXPECT_EQ(options[1], 1);
  EXPECT_EQ(options[2], 10);
  EXPECT_EQ(options[3], 30'000);
}

enum class Moment { Opened, Connected, Bytes, Closed, Resolving };
class TcpStreamDestruction : public testing::TestWithParam<Moment> {};

TEST_P(TcpStreamDestruction, IsSafeAtAnyMoment) {
  for (const bool only_close : {false, true}) {
    Listener listener;
    Client client(DialOptions{.host = GetParam() == Moment::Resolving ? "localhost" : "127.0.0.1",
                              .port = listener.port()});
    bool is_gone = false;
    int later_calls = 0;
    const std::string canary(64, 'c');
    std::string seen;
    const auto at = [&](Moment moment) {
      if (moment != GetParam()) return;
      is_gone = true;
      if (only_close) {
        client.stream->close();
      } else {
        client.stream.reset();
      }
    };
    std::optional<Device> device;
    client.stream->open({.on_connected =
                             [&, canary] {
                               if (is_gone) ++later_calls;
                               at(Moment::Connected);
                               seen = canary;
                               device.emplace(listener.accept());
                               device->say("bytes");
                               device->close();
                               if (is_gone) client.loop.stop();
                             },
                         .on_bytes =
                             [&, canary](std::span<const std::uint8_t>) {
                               if (is_gone) ++later_calls;
                               at(Moment::Bytes);
                               seen = canary;
                               if (is_gone) client.loop.stop();
                             },
                         .on_closed =
                             [&, canary](const core::Error&) {
                               if (is_gone) ++later_calls;
                               at(Moment::Closed);
                               seen = canary;
                               client.loop.stop();
                             }});
    at(Moment::Opened);
    if (GetParam() == Moment::Resolving) {
      client.run_posted();
      at(Moment::Resolving);
    }
    if (!is_gone) fakes::run(client.loop);
    for (int i = 0; i < 20; ++i) client.run_posted();

    EXPECT_TRUE(is_gone);
    EXPECT_EQ(later_calls, 0);
  }
}

INSTANTIATE_TEST_SUITE_P(Moments, TcpStreamDestruction,
                         testing::Values(Moment::Opened, Moment::Connected, Moment::Bytes,
                                         Moment::Closed, Moment::Resolving));

TEST(TcpStream, MayBeDestroyedWithItsLoopWhileWaiting) {
  Listener listener;
  auto client = std::make_unique<Client>(listener.port());
  ASSERT_TRUE(client->connect());
  client->stream->write("x");

  client.reset();

  EXPECT_EQ(Device(listener.accept()).hear(2), "x");
}

}  // namespace
}  // namespace dm::net::peer
