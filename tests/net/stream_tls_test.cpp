#include <gtest/gtest.h>

#include <future>

#include "net/stream_peer.h"
#include "net/tls.h"

namespace dm::net::peer {
namespace {

using core::Code;

class TlsStream : public testing::Test {
 protected:
  TlsSettings verify(const std::string& name = {}) const {
    return {.mode = TlsMode::Verify, .ca_file = ca_.path(), .server_name = name};
  }

  Listener listener_;
  const fakes::Authority authority_{"authority"};
  const fakes::TemporaryFile ca_{authority_.certificate()};
  const fakes::Certificate identity_ = authority_.issue("switch", "DNS:switch.test,IP:127.0.0.1");
};

// Runs a device's part on a thread of its own.
template <class Part>
auto beside(Part part) {
  return std::async(std::launch::async, std::move(part));
}

TEST_F(TlsStream, CarriesBytesBothWays) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    auto device = beside([&] {
      TlsDevice one(listener_.accept(), {.identity = identity_, .highest_version = version});
      EXPECT_TRUE(one.handshake());
      const std::string question = one.hear(8);
      one.say("answer");
      one.hear(1);  // until the client is done
      return question;
    });
    Client client(listener_.port(), verify());

    EXPECT_TRUE(client.connect());
    client.stream->write("question");
    client.hear(6);
    client.stream->close();

    EXPECT_EQ(client.heard, "answer");
    EXPECT_EQ(device.get(), "question");
  }
}

TEST_F(TlsStream, CarriesLargeAmountsBothWays) {
  const std::string large(5'000'000, 'L');
  auto device = beside([&] {
    TlsDevice one(listener_.accept(), {.identity = identity_});
    EXPECT_TRUE(one.handshake());
    const std::string got = one.hear(large.size());
    one.say(large);
    one.goodbye();
    return got;
  });
  Client client(listener_.port(), verify());
  ASSERT_TRUE(client.connect());

  client.stream->write(large);
  client.end();

  EXPECT_TRUE(client.heard == large);
  EXPECT_LE(client.largest_turn, 256U << 10U);
  EXPECT_TRUE(device.get() == large);
  EXPECT_EQ(client.end().message, "the device closed the connection");
}

TEST_F(TlsStream, FollowsAChangeOfKeys) {
  auto device = beside([&] {
    TlsDevice one(listener_.accept(), {.identity = identity_});
    EXPECT_TRUE(one.handshake());
    for (int i = 0; i < 10; ++i) {
      one.say("before");
      one.renew_keys();
      one.say("after ");
      EXPECT_EQ(one.hear(2), "ok");
    }
  });
  Client client(listener_.port(), verify());
  ASSERT_TRUE(client.connect());

  for (std::size_t i = 1; i <= 10; ++i) {
    client.hear(12 * i);
    client.stream->write("ok");
  }
  device.get();

  EXPECT_TRUE(client.ends.empty());
}

TEST_F(TlsStream, AsksForTheNameAndNeverForAnAddress) {
  for (const std::string name : {"switch.test", ""}) {
    auto device = beside([&] {
      TlsDevice one(listener_.accept(), {.identity = identity_});
      EXPECT_TRUE(one.handshake());
      return one.server_name();
    });
    Client client(listener_.port(), verify(name));
    EXPECT_TRUE(client.connect());

    EXPECT_EQ(device.get(), name);
  }
}

TEST(CertificateEnd, IsReadFromAPemFile) {
  const fakes::Authority authority("authority");
  const fakes::Certificate made = authority.issue("switch", fakes::Authority::Wish{.names = "IP:127.0.0.1", .valid_until = 7200});
  const fakes::TemporaryFile file(made.certificate), key(made.key);
  const double now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();

  const auto end = certificate_end(file.path());
  ASSERT_TRUE(end);
  EXPECT_NEAR(std::chrono::duration<double>(end->time_since_epoch()).count(), now + 7200, 3600);

  EXPECT_EQ(certificate_end(key.path()).error().code, core::Code::InvalidArgument);
  EXPECT_EQ(certificate_end("/nowhere/to/be/found").error().code, core::Code::InvalidArgument);
}

TEST_F(TlsStream, RequiresAlpn) {
  for (const std::string alpn : {"", "http/1.1"}) {
    auto device = beside([&] {
      TlsDevice one(listener_.accept(), {.identity = identity_, .alpn = alpn});
      one.handshake();
      return one.hear(1);
    });
    Client client(listener_.port(), verify());
    client.stream->write("password");

    EXPECT_FALSE(client.connect());

    EXPECT_EQ(client.end().code, Code::Unavailable);
    EXPECT_NE(client.end().message.find("ALPN h2"), std::string::npos) << client.end().message;
    EXPECT_EQ(device.get(), "") << "something was told to a peer that does not speak HTTP/2";
  }
}

TEST_F(TlsStream, RefusesOldVersions) {
  auto device = beside([&] {
    TlsDevice one(listener_.accept(), {.identity = identity_, .highest_version = TLS1_1_VERSION});
    return one.handshake();
  });
  Client client(listener_.port(), verify());

  EXPECT_FALSE(client.connect());

  EXPECT_FALSE(device.get());
  EXPECT_EQ(client.end().code, Code::Unavailable);
  EXPECT_NE(client.hint.find("TLS 1.2"), std::string::npos) << client.end().message << client.hint;
}

TEST_F(TlsStream, TellsACertificateProblemAsSuch) {
  auto device = beside([&] {
    TlsDevice one(listener_.accept(), {.identity = identity_});
    return one.handshake();
  });
  Client client(listener_.port(), verify("router.test"));

  EXPECT_FALSE(client.connect());

  EXPECT_FALSE(device.get());
  EXPECT_EQ(client.end().code, Code::Unauthenticated);
}

TEST_F(TlsStream, ExplainsPlaintextAnswers) {
  for (const std::string& greeting :
       {std::string("SSH-2.0-OpenSSH_9\r\n"), std::string("HTTP/1.1 400 Bad Request\r\n\r\n"),
        std::string("\0\0\x12\x04\0\0\0\0\0", 9) + std::string(18, '\0')}) {
    auto device = beside([&] {
      const Device one(listener_.accept());
      one.say(greeting);
      one.hear(1U << 20U);
    });
    Client client(listener_.port(), verify());

    EXPECT_FALSE(client.connect());
    client.stream.reset();
    device.get();

    EXPECT_NE(client.hint.find("plaintext on this port"), std::string::npos)
        << client.end().message;
  }
}

TEST_F(TlsStream, GivesUpOnAHandshakeThatDoesNotEnd) {
  Client client(DialOptions{.host = "127.0.0.1",
                            .port = listener_.port(),
                            .tls = verify(),
                            .connect_timeout = std::chrono::milliseconds(20)});

  EXPECT_FALSE(client.connect());

  EXPECT_EQ(client.end().code, Code::Timeout);
  EXPECT_NE(client.hint, "");
}

TEST_F(TlsStream, MayBeDestroyedDuringTheHandshakeAndInsideItsHandlers) {
  for (int moment = 0; moment < 3; ++moment) {
    auto device = beside([&] {
      TlsDevice one(listener_.accept(), {.identity = identity_});
      if (one.handshake()) one.say("bytes");
      one.hear(1);
    });
    Client client(listener_.port(), verify());
    const auto at = [&](int here) {
      if (here == moment) client.stream.reset();
      client.loop.stop();
    };
    client.stream->open({.on_connected = [&] { at(1); },
                         .on_bytes = [&](std::span<const std::uint8_t>) { at(2); },
                         .on_closed = [&](const core::Error& error) { FAIL() << error.message; }});
    if (moment == 0) {
      client.run_posted();
      client.stream.reset();
    }
    while (client.stream != nullptr && fakes::run(client.loop)) {
    }
    client.run_posted();

    device.get();
  }
}

TEST_F(TlsStream, SurvivesRandomBytes) {
  std::uint32_t seed = 20261123;
  for (int round = 0; round < 50; ++round) {
    auto device = beside([&] {
      const Device one(listener_.accept());
      std::string noise = "\x16\x03\x03";
      for (int i = 0; i < 600; ++i) {
        seed = seed * 1664525U + 1013904223U;
        noise.push_back(static_cast<char>(seed >> 24U));
      }
      one.hear(16);
      one.say(noise);
    });
    Client client(listener_.port(), verify());

    EXPECT_FALSE(client.connect());

    EXPECT_EQ(client.ends.size(), 1U);
    device.get();
  }
}

}  // namespace
}  // namespace dm::net::peer
