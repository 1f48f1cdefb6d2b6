// The client against gRPC's own C++ server over TLS, and every handshake that must not succeed.
#include <gtest/gtest.h>

#include "fakes/byte_stream_certificates.h"
#include "gnmi/transport_grpc_server.h"

namespace dm::gnmi::official {
namespace {

using fakes::Authority;
using fakes::Certificate;
using fakes::TemporaryFile;

std::shared_ptr<grpc::ServerCredentials> secured(const Certificate& identity,
                                                 const std::string& clients_from = {}) {
  grpc::SslServerCredentialsOptions options(
      clients_from.empty() ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
                           : GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.pem_key_cert_pairs.push_back({identity.key, identity.certificate});
  options.pem_root_certs = clients_from;
  return grpc::SslServerCredentials(options);
}

class TransportTls : public testing::Test {
 protected:
  TransportTls() {
    service_.script = [](grpc::ServerContext&, Stream& stream) {
      stream.Write(leaf("secret"));
      return grpc::Status::OK;
    };
  }

  CallEnd call(std::uint16_t port, net::TlsSettings tls) {
    Client client(port, {.tls = std::move(tls), .metadata = {{"password", "hush"}}});
    const CallEnd end = client.subscribe();
    messages_ = client.messages.size();
    return end;
  }
  // The call was refused before anything of it, credentials above all, reached the server.
  void expect_refused(const CallEnd& end, const std::string& message, const std::string& hint) {
    EXPECT_EQ(end.code, GrpcCode::Unavailable);
    EXPECT_NE(end.message.find(message), std::string::npos) << end.message;
    EXPECT_NE(end.hint.find(hint), std::string::npos) << end.hint;
    EXPECT_TRUE(service_.metadata.empty());
  }

  Service service_;
  std::size_t messages_ = 0;
  const Authority authority_{"authority"};
  const TemporaryFile ca_{authority_.certificate()};
  const Certificate by_address_ = authority_.issue("switch", "DNS:switch.test,IP:127.0.0.1");
  const Certificate by_name_ = authority_.issue("127.0.0.1", "DNS:switch.test,DNS:*.fabric.test");
};

TEST_F(TransportTls, VerifiesTheAddress) {
  Server server(service_, secured(by_address_));

  const CallEnd end = call(server.port(), {.mode = net::TlsMode::Verify, .ca_file = ca_.path()});

  EXPECT_EQ(end.code, GrpcCode::Ok) << end.message;
  EXPECT_EQ(messages_, 1U);
}

TEST_F(TransportTls, TellsWhenTheDevicesCertificateEnds) {
  const Certificate short_lived = authority_.issue("switch", Authority::Wish{.names = "IP:127.0.0.1", .valid_until = 3600});
  const auto before = std::chrono::system_clock::now();
  Server server(service_, secured(short_lived));
  Client client(server.port(), {.tls = {.mode = net::TlsMode::Verify, .ca_file = ca_.path()}});
  EXPECT_FALSE(client.transport.certificate_end());

  EXPECT_EQ(client.subscribe().code, GrpcCode::Ok);

  ASSERT_TRUE(client.transport.certificate_end());
  EXPECT_NEAR(std::chrono::duration<double>(*client.transport.certificate_end() - before).count(), 3600, 1800);
}

TEST_F(TransportTls, VerifiesTheNameThatWasSet) {
  Server server(service_, secured(by_name_));
  for (const std::string name : {"switch.test", "leaf1.fabric.test"}) {
    const CallEnd end = call(
        server.port(), {.mode = net::TlsMode::Verify, .ca_file = ca_.path(), .server_name = name});

    EXPECT_EQ(end.code, GrpcCode::Ok) << end.message;
  }
}

TEST_F(TransportTls, RefusesAnotherName) {
  Server server(service_, secured(by_address_));

  const CallEnd end =
      call(server.port(),
           {.mode = net::TlsMode::Verify, .ca_file = ca_.path(), .server_name = "router.test"});

  expect_refused(end, "certificate is for switch.test, 127.0.0.1, not for router.test",
                 "tls.server_name");
}

TEST_F(TransportTls, RefusesAnAddressThatIsOnlyTheCommonName) {
  Server server(service_, secured(by_name_));

  const CallEnd end = call(server.port(), {.mode = net::TlsMode::Verify, .ca_file = ca_.path()});

  expect_refused(end, "switch.test, *.fabric.test, not for 127.0.0.1", "tls.server_name");
}

TEST_F(TransportTls, RefusesACertificateWithoutNames) {
  Server server(service_, secured(authority_.issue("switch.test", "")));

  const CallEnd end =
      call(server.port(),
           {.mode = net::TlsMode::Verify, .ca_file = ca_.path(), .server_name = "switch.test"});

  expect_refused(end, "nobody (no subjectAltName)", "tls.server_name");
}

TEST_F(TransportTls, RefusesAnotherAuthority) {
  const Authority stranger("stranger");
  const TemporaryFile file(stranger.certificate());
  Server server(service_, secured(by_address_));

  const CallEnd end = call(server.port(), {.mode = net::TlsMode::Verify, .ca_file = file.path()});

  expect_refused(end, "no authority in " + file.path(), "tls.ca_file");
}

TEST_F(TransportTls, RefusesAnUnknownAuthorityWithTheSystemsStore) {
  Server server(service_, secured(by_address_));

  const CallEnd end = call(server.port(), {.mode = net::TlsMode::Verify});

  expect_refused(end, "no authority in the system's store", "tls.ca_file");
}

TEST_F(TransportTls, TrustsTheDevicesOwnCertificateWhenItIsTheFile) {
  Server server(service_, secured(by_address_));
  const TemporaryFile pinned(by_address_.certificate);

  const CallEnd end = call(server.port(), {.mode = net::TlsMode::Verify, .ca_file = pinned.path()});

  EXPECT_EQ(end.code, GrpcCode::Ok) << end.message;
}

TEST_F(TransportTls, RefusesAnExpiredCertificate) {
  Server server(service_,
                secured(authority_.issue("switch", Authority::Wish{.names = "IP:127.0.0.1",
                                                                   .valid_from = -7200,
                                                                   .valid_until = -3600})));

  const CallEnd end = call(server.port(), {.mode = net::TlsMode::Verify, .ca_file = ca_.path()});

  expect_refused(end, "expired", "clocks");
}

TEST_F(TransportTls, SkipsTheCheckOnlyWhenTold) {
  Server server(service_, secured(authority_.issue("switch", "")));

  const CallEnd end = call(server.port(), {.mode = net::TlsMode::InsecureSkipVerify});

  EXPECT_EQ(end.code, GrpcCode::Ok) << end.message;
}

TEST_F(TransportTls, ShowsItsOwnCertificate) {
  Server server(service_, secured(by_address_, authority_.certificate()));
  const Certificate mine = authority_.issue("monitor", "DNS:monitor.test");
  const TemporaryFile certificate(mine.certificate), key(mine.key);

  const CallEnd end = call(server.port(), {.mode = net::TlsMode::Verify,
                                           .ca_file = ca_.path(),
                                           .cert_file = certificate.path(),
                                           .key_file = key.path()});

  EXPECT_EQ(end.code, GrpcCode::Ok) << end.message;
}

TEST_F(TransportTls, TellsThatADeviceWantsACertificate) {
  Server server(service_, secured(by_address_, authority_.certificate()));

  const CallEnd end = call(server.port(), {.mode = net::TlsMode::Verify, .ca_file = ca_.path()});

  expect_refused(end, "", "tls.cert_file");
}

TEST_F(TransportTls, NamesAFileThatCannotBeUsed) {
  Server server(service_, secured(by_address_));
  const TemporaryFile not_pem("not PEM");
  const TemporaryFile other_key(authority_.issue("other", "").key);
  const TemporaryFile certificate(by_address_.certificate);

  expect_refused(call(server.port(), {.mode = net::TlsMode::Verify, .ca_file = "/nowhere/ca.pem"}),
                 "tls.ca_file /nowhere/ca.pem", "");
  expect_refused(call(server.port(), {.mode = net::TlsMode::Verify, .ca_file = not_pem.path()}),
                 "tls.ca_file " + not_pem.path(), "");
  expect_refused(
      call(server.port(), {.mode = net::TlsMode::InsecureSkipVerify, .cert_file = not_pem.path()}),
      "tls.cert_file", "");
  expect_refused(call(server.port(), {.mode = net::TlsMode::InsecureSkipVerify,
                                      .cert_file = certificate.path(),
                                      .key_file = other_key.path()}),
                 "tls.key_file", "");
}

TEST_F(TransportTls, ReadsAFileAgainWhenItHasChanged) {
  Server server(service_, secured(by_address_));
  const TemporaryFile file(Authority("stranger").certificate());
  Client client(server.port(), {.tls = {.mode = net::TlsMode::Verify, .ca_file = file.path()}});
  EXPECT_EQ(client.subscribe().code, GrpcCode::Unavailable);

  const TemporaryFile renewed(authority_.certificate());
  ASSERT_EQ(::rename(renewed.path().c_str(), file.path().c_str()), 0);

  EXPECT_EQ(client.subscribe().code, GrpcCode::Ok);
}

TEST_F(TransportTls, PlaintextToATlsPortIsExplained) {
  Server server(service_, secured(by_address_));

  expect_refused(call(server.port(), {}), "", "TLS on this port");
}

TEST_F(TransportTls, TlsToAPlaintextPortIsExplained) {
  Server server(service_);

  expect_refused(call(server.port(), {.mode = net::TlsMode::Verify, .ca_file = ca_.path()}), "",
                 "plaintext on this port");
}

TEST_F(TransportTls, CarriesManyAndLargeMessages) {
  std::vector<std::string> sent;
  for (int i = 0; i < 2000; ++i)
    sent.push_back(leaf(std::string(static_cast<std::size_t>(i), 't')).SerializeAsString());
  sent.push_back(leaf(std::string(6 << 20, 'T')).SerializeAsString());
  service_.script = [&](grpc::ServerContext&, Stream& stream) {
    for (const auto& bytes : sent) {
      ::gnmi::SubscribeResponse response;
      response.ParseFromString(bytes);
      stream.Write(response);
    }
    return grpc::Status::OK;
  };
  Server server(service_, secured(by_address_));
  Client client(server.port(), {.tls = {.mode = net::TlsMode::Verify, .ca_file = ca_.path()}});

  const CallEnd end = client.subscribe();

  EXPECT_EQ(end.code, GrpcCode::Ok) << end.message;
  EXPECT_TRUE(client.messages == sent);
}

}  // namespace
}  // namespace dm::gnmi::official
