// The client against gRPC's own C++ server, in plaintext.
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gnmi/transport_grpc_server.h"

namespace dm::gnmi::official {
namespace {

TEST(TransportGrpc, CarriesTheRequestAndTheMetadata) {
  Service service;
  service.script = [](grpc::ServerContext&, Stream&) { return grpc::Status::OK; };
  Server server(service);
  Client client(server.port(),
                {.metadata = {{"username", "admin"}, {"Password", "pass word/%25:ok"}},
                 .user_agent = "drift-monitor/9"});

  const CallEnd end = client.subscribe();

  EXPECT_EQ(end.code, GrpcCode::Ok) << end.message;
  EXPECT_EQ(service.request.subscribe().encoding(), ::gnmi::JSON_IETF);
  const auto value_of = [&](const std::string& name) {
    const auto found = service.metadata.find(name);
    return found == service.metadata.end() ? "absent" : found->second;
  };
  EXPECT_EQ(value_of("username"), "admin");
  EXPECT_EQ(value_of("password"), "pass word/%25:ok");
  EXPECT_EQ(value_of("user-agent"), "drift-monitor/9");
}

TEST(TransportGrpc, ReceivesMessagesOfAllSizesInOrder) {
  Service service;
  std::vector<std::string> sent;
  for (const std::size_t size : {0UL, 1UL, 16'384UL, 65'536UL, 8UL << 20U, 3UL}) {
    sent.push_back(leaf(std::string(size, 's')).SerializeAsString());
  }
  service.script = [&](grpc::ServerContext&, Stream& stream) {
    for (const auto& bytes : sent) {
      ::gnmi::SubscribeResponse response;
      response.ParseFromString(bytes);
      stream.Write(response);
    }
    return grpc::Status::OK;
  };
  Server server(service);
  Client client(server.port());

  const CallEnd end = client.subscribe();

  EXPECT_EQ(end.code, GrpcCode::Ok) << end.message;
  EXPECT_EQ(client.headers, 1);
  EXPECT_TRUE(client.messages == sent);
}

TEST(TransportGrpc, ReceivesManyMessages) {
  constexpr int kMessages = 20'000;
  Service service;
  service.script = [](grpc::ServerContext&, Stream& stream) {
    for (int i = 0; i < kMessages; ++i) stream.Write(leaf(std::to_string(i)));
    return grpc::Status::OK;
  };
  Server server(service);
  Client client(server.port());

  const CallEnd end = client.subscribe();

  EXPECT_EQ(end.code, GrpcCode::Ok) << end.message;
  ASSERT_EQ(client.messages.size(), static_cast<std::size_t>(kMessages));
  EXPECT_EQ(client.messages.back(), leaf(std::to_string(kMessages - 1)).SerializeAsString());
}

TEST(TransportGrpc, TakesAMessageOfTwentyMegabytes) {
  const std::string text(20U << 20U, 'm');
  Service service;
  service.script = [&text](grpc::ServerContext&, Stream& stream) {
    stream.Write(leaf(text));
    stream.Write(leaf("after"));
    return grpc::Status::OK;
  };
  Server server(service);
  Client client(server.port());

  const CallEnd end = client.subscribe();

  EXPECT_EQ(end.code, GrpcCode::Ok) << end.message;
  ASSERT_EQ(client.messages.size(), 2U);
  EXPECT_TRUE(client.messages[0] == leaf(text).SerializeAsString());
}

TEST(TransportGrpc, InflatesWhatTheServerCompresses) {
  Service service;
  service.script = [](grpc::ServerContext& context, Stream& stream) {
    context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
    stream.Write(leaf(std::string(1 << 20, 'z')));
    stream.Write(leaf("small"));
    return grpc::Status::OK;
  };
  Server server(service);
  Client client(server.port());

  const CallEnd end = client.subscribe();

  EXPECT_EQ(end.code, GrpcCode::Ok) << end.message;
  ASSERT_EQ(client.messages.size(), 2U);
  EXPECT_TRUE(client.messages[0] == leaf(std::string(1 << 20, 'z')).SerializeAsString());
  EXPECT_EQ(client.messages[1], leaf("small").SerializeAsString());
}

TEST(TransportGrpc, TellsRefusalsWithTheirText) {
  Service service;
  service.script = [](grpc::ServerContext&, Stream&) {
    return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "100% wrong\nnode \"\xC3\xBC\"");
  };
  Server server(service);
  Client client(server.port());

  const CallEnd end = client.subscribe();

  EXPECT_EQ(end.code, GrpcCode::InvalidArgument);
  EXPECT_EQ(end.message, "100% wrong\nnode \"\xC3\xBC\"");
}

TEST(TransportGrpc, TellsEveryCodeAfterMessages) {
  for (int code = 1; code <= 16; ++code) {
    Service service;
    service.script = [code](grpc::ServerContext&, Stream& stream) {
      stream.Write(leaf("before"));
      return grpc::Status(static_cast<grpc::StatusCode>(code), "why");
    };
    Server server(service);
    Client client(server.port());

    const CallEnd end = client.subscribe();

    EXPECT_EQ(static_cast<int>(end.code), code);
    EXPECT_EQ(end.message, "why");
    EXPECT_EQ(client.messages.size(), 1U);
  }
}

TEST(TransportGrpc, TellsAnUnknownMethod) {
  Service service;
  Server server(service);
  Client client(server.port());

  client.transport.start("/gnmi.gNMI/Nothing", "", true, client.handlers());
  fakes::run(client.loop);

  EXPECT_EQ(client.end->code, GrpcCode::Unimplemented);
}

TEST(TransportGrpc, MakesAUnaryCallAndThenSubscribesOnTheSameConnection) {
  Service service;
  std::string capabilities_peer, subscribe_peer;
  service.script = [&](grpc::ServerContext& context, Stream& stream) {
    subscribe_peer = context.peer();
    stream.Write(leaf("x"));
    return grpc::Status::OK;
  };
  Server server(service);
  Client client(server.port());

  client.transport.start("/gnmi.gNMI/Capabilities", "", true, client.handlers());
  fakes::run(client.loop);
  EXPECT_EQ(client.end->code, GrpcCode::Ok) << client.end->message;
  ::gnmi::CapabilityResponse response;
  ASSERT_EQ(client.messages.size(), 1U);
  ASSERT_TRUE(response.ParseFromString(client.messages[0]));
  EXPECT_EQ(response.gnmi_version(), "0.10.0");
  const CallEnd first = client.subscribe();
  const std::string first_peer = subscribe_peer;
  const CallEnd second = client.subscribe();

  EXPECT_EQ(first.code, GrpcCode::Ok) << first.message;
  EXPECT_EQ(second.code, GrpcCode::Ok) << second.message;
  EXPECT_EQ(subscribe_peer, first_peer) << "the connection was not kept";
}

TEST(TransportGrpc, CancelReachesTheServer) {
  Service service;
  std::promise<bool> cancelled;
  service.script = [&](grpc::ServerContext& context, Stream& stream) {
    stream.Write(leaf("x"));
    ::gnmi::SubscribeRequest more;
    stream.Read(&more);  // returns when the call ends
    cancelled.set_value(context.IsCancelled());
    return grpc::Status::OK;
  };
  Server server(service);
  Client client(server.port());
  client.on_message = [&] {
    client.transport.cancel();
    client.loop.post([&] { client.loop.stop(); });
  };

  client.subscribe();

  auto is_cancelled = cancelled.get_future();
  ASSERT_TRUE(fakes::wait(is_cancelled));
  EXPECT_TRUE(is_cancelled.get());
  EXPECT_FALSE(client.end.has_value());
}

TEST(TransportGrpc, SurvivesAServerThatShutsDownAndComesBack) {
  Service service;
  std::promise<void> running;
  service.script = [&](grpc::ServerContext&, Stream& stream) {
    stream.Write(leaf("x"));
    running.set_value();
    ::gnmi::SubscribeRequest more;
    stream.Read(&more);
    return grpc::Status::OK;
  };
  const fakes::ReservedPort reserved;
  const std::uint16_t port = reserved.port();
  auto server = std::make_unique<Server>(service, grpc::InsecureServerCredentials(), port);
  Client client(port);
  client.on_message = [&] { client.loop.stop(); };
  client.subscribe();
  auto is_running = running.get_future();
  ASSERT_TRUE(fakes::wait(is_running));
  client.on_message = nullptr;

  server->get().Shutdown(std::chrono::system_clock::now());
  fakes::run(client.loop);
  const CallEnd lost = *client.end;
  const CallEnd refused = client.subscribe();
  server.reset();
  service.script = [](grpc::ServerContext&, Stream&) { return grpc::Status::OK; };
  server = std::make_unique<Server>(service, grpc::InsecureServerCredentials(), port);
  const CallEnd again = client.subscribe();

  EXPECT_TRUE(lost.code == GrpcCode::Unavailable || lost.code == GrpcCode::Cancelled)
      << to_text(lost.code) << lost.message;
  EXPECT_EQ(refused.code, GrpcCode::Unavailable);
  EXPECT_NE(refused.message.find("refused"), std::string::npos) << refused.message;
  EXPECT_EQ(again.code, GrpcCode::Ok) << again.message;
}

TEST(TransportGrpc, FinishesItsCallOnAServerThatDrains) {
  Service service;
  std::promise<void> draining;
  service.script = [&](grpc::ServerContext&, Stream& stream) {
    stream.Write(leaf("before"));
    auto is_draining = draining.get_future();
    fakes::wait(is_draining);
    stream.Write(leaf("after"));
    return grpc::Status::OK;
  };
  Server server(service);
  Client client(server.port());
  std::future<void> shutdown;
  client.on_message = [&] {
    if (client.messages.size() != 1) return;
    // GOAWAY goes out at once; the deadline is for calls that do not finish.
    shutdown = std::async(std::launch::async, [&] {
      server.get().Shutdown(std::chrono::system_clock::now() + fakes::kPatience);
    });
    draining.set_value();
  };

  const CallEnd end = client.subscribe();
  ASSERT_TRUE(shutdown.valid());
  fakes::wait(shutdown);

  EXPECT_EQ(end.code, GrpcCode::Ok) << end.message;
  EXPECT_EQ(client.messages.size(), 2U);
}

TEST(TransportGrpc, TellsWhenItsPingsAreTooMany) {
  Service service;
  service.script = [](grpc::ServerContext&, Stream& stream) {
    stream.Write(leaf("x"));
    ::gnmi::SubscribeRequest more;
    stream.Read(&more);
    return grpc::Status::OK;
  };
  Server server(service);
  Client client(server.port(), {.keepalive = std::chrono::milliseconds(1)});

  const CallEnd end = client.subscribe();

  EXPECT_EQ(end.code, GrpcCode::Unavailable);
  EXPECT_TRUE(end.is_too_many_pings) << end.message;
}

TEST(TransportGrpc, LosesNothingWhilePaused) {
  constexpr int kMessages = 16;
  Service service;
  service.script = [](grpc::ServerContext&, Stream& stream) {
    for (int i = 0; i < kMessages; ++i)
      stream.Write(leaf(std::string(1 << 20, static_cast<char>('0' + i))));
    return grpc::Status::OK;
  };
  Server server(service);
  Client client(server.port());
  client.on_message = [&] {
    client.transport.pause(true);
    client.loop.post([&] { client.transport.pause(false); });
  };

  const CallEnd end = client.subscribe();

  EXPECT_EQ(end.code, GrpcCode::Ok) << end.message;
  ASSERT_EQ(client.messages.size(), static_cast<std::size_t>(kMessages));
  for (int i = 0; i < kMessages; ++i) {
    EXPECT_TRUE(client.messages[static_cast<std::size_t>(i)] ==
                leaf(std::string(1 << 20, static_cast<char>('0' + i))).SerializeAsString());
  }
}

// The server runs in a child, which is this same program running this same test.
TEST(TransportGrpc, IsUnavailableWhenTheServerIsKilled) {
  Service service;
  service.script = [](grpc::ServerContext&, Stream& stream) {
    stream.Write(leaf("last words"));
    ::gnmi::SubscribeRequest more;
    stream.Read(&more);
    return grpc::Status::OK;
  };
  if (const char* pipe_end = std::getenv("DM_TEST_SERVE")) {
    Server server(service);
    const std::uint16_t port = server.port();
    ASSERT_EQ(::write(std::stoi(pipe_end), &port, sizeof port), static_cast<ssize_t>(sizeof port));
    for (;;) ::pause();
  }
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  std::string filter = "--gtest_filter=TransportGrpc.IsUnavailableWhenTheServerIsKilled";
  std::string variable = "DM_TEST_SERVE=" + std::to_string(pipe[1]), name = "server";
  std::array<char*, 3> arguments = {name.data(), filter.data(), nullptr};
  std::vector<char*> variables = {variable.data()};
  for (char** one = environ; *one != nullptr; ++one) variables.push_back(*one);
  variables.push_back(nullptr);
  pid_t child = 0;
  ASSERT_EQ(
      ::posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, arguments.data(), variables.data()),
      0);
  ::close(pipe[1]);
  std::uint16_t port = 0;
  ASSERT_EQ(::read(pipe[0], &port, sizeof port), static_cast<ssize_t>(sizeof port));
  ::close(pipe[0]);
  Client client(port);
  client.on_message = [&] { ::kill(child, SIGKILL); };

  const CallEnd end = client.subscribe();
  ::kill(child, SIGKILL);  // also when no message came
  ::waitpid(child, nullptr, 0);

  EXPECT_EQ(client.messages.size(), 1U);
  EXPECT_EQ(end.code, GrpcCode::Unavailable);
  EXPECT_NE(end.message, "");
}

}  // namespace
}  // namespace dm::gnmi::official
