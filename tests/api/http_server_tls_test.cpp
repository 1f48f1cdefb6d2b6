#include <gtest/gtest.h>

#include "api/http_server.h"
#include "fakes/byte_stream_certificates.h"
#include "net/http_client.h"

namespace dm::api {
namespace {

core::Result<net::HttpResponse> get(const std::string& url, const std::string& ca_file) {
  net::HttpClient client;
  net::HttpRequest request;
  request.url = url;
  request.ca_file = ca_file;
  return client.send(request);
}

TEST(HttpServerTls, AnswersWhoTrustsItsCertificateAndNobodyElse) {
  const fakes::Authority authority("test authority");
  const fakes::Authority stranger("another authority");
  const auto issued = authority.issue("localhost", "IP:127.0.0.1");
  const fakes::TemporaryFile certificate(issued.certificate);
  const fakes::TemporaryFile key(issued.key);
  const fakes::TemporaryFile trusted(authority.certificate());
  const fakes::TemporaryFile untrusted(stranger.certificate());
  HttpServer::Options options;
  options.tls_cert_file = certificate.path();
  options.tls_key_file = key.path();
  auto server = HttpServer::start(options, [](const Request&) {
    Response response;
    response.body = R"("over TLS")";
    return response;
  });
  ASSERT_TRUE(server) << server.error().message;

  const auto answered = get("https://" + (*server)->address() + "/", trusted.path());
  const auto refused = get("https://" + (*server)->address() + "/", untrusted.path());
  const auto plain = get("http://" + (*server)->address() + "/", "");

  ASSERT_TRUE(answered) << answered.error().message;
  EXPECT_EQ(answered->status, 200);
  EXPECT_EQ(answered->body, R"("over TLS")");
  EXPECT_FALSE(refused);
  EXPECT_FALSE(plain);
}

TEST(HttpServerTls, ShowsARenewedCertificateToWhoConnectsFromThenOn) {
  const fakes::Authority before("old authority");
  const fakes::Authority after("new authority");
  const auto first = before.issue("localhost", "IP:127.0.0.1");
  const auto second = after.issue("localhost", "IP:127.0.0.1");
  const fakes::TemporaryFile first_certificate(first.certificate), first_key(first.key);
  const fakes::TemporaryFile second_certificate(second.certificate), second_key(second.key);
  const fakes::TemporaryFile trusts_first(before.certificate()), trusts_second(after.certificate());
  HttpServer::Options options;
  options.tls_cert_file = first_certificate.path();
  options.tls_key_file = first_key.path();
  auto server = HttpServer::start(options, [](const Request&) { return Response{}; });
  ASSERT_TRUE(server) << server.error().message;
  const std::string url = "https://" + (*server)->address() + "/";

  EXPECT_FALSE((*server)->use_certificate(second_certificate.path(), "/nonexistent.pem"));
  EXPECT_TRUE(get(url, trusts_first.path()));
  const auto renewed = (*server)->use_certificate(second_certificate.path(), second_key.path());

  EXPECT_TRUE(renewed) << renewed.error().message;
  EXPECT_FALSE(get(url, trusts_first.path()));
  EXPECT_TRUE(get(url, trusts_second.path()));
}

TEST(HttpServerTls, OfAPlainServerIsRefused) {
  const fakes::Authority authority("test authority");
  const auto issued = authority.issue("localhost", "IP:127.0.0.1");
  const fakes::TemporaryFile certificate(issued.certificate), key(issued.key);
  auto server = HttpServer::start(HttpServer::Options(), [](const Request&) { return Response{}; });
  ASSERT_TRUE(server) << server.error().message;

  EXPECT_FALSE((*server)->use_certificate(certificate.path(), key.path()));
}

TEST(HttpServerTls, NamesAKeyThatDoesNotFit) {
  const fakes::Authority authority("test authority");
  const fakes::TemporaryFile certificate(authority.issue("a", "DNS:a").certificate);
  const fakes::TemporaryFile key("no key at all\n");
  HttpServer::Options options;
  options.tls_cert_file = certificate.path();
  options.tls_key_file = key.path();

  const auto server = HttpServer::start(options, [](const Request&) { return Response{}; });

  ASSERT_FALSE(server);
  EXPECT_NE(server.error().message.find(key.path()), std::string::npos) << server.error().message;
}

}  // namespace
}  // namespace dm::api
