#include "gnmi/transport.h"

#include "gnmi/grpc_connection.h"

namespace dm::gnmi {

Transport::Transport(net::Loop& loop, TransportSettings settings)
    : Transport(loop, std::move(settings), nullptr) {}

Transport::Transport(net::Loop& loop, TransportSettings settings,
                     net::StreamFactory make_stream)
    : Transport(std::make_shared<GrpcConnection>(loop, std::move(settings), std::move(make_stream)), GrpcConnection::kMain) {}

Transport::Transport(std::shared_ptr<GrpcConnection> connection, std::uint32_t line)
    : connection_(std::move(connection)), line_(line) {}

Transport::~Transport() { line_ == GrpcConnection::kMain ? connection_->close() : connection_->cancel(line_); }

std::unique_ptr<Transport> Transport::beside() {
  return std::unique_ptr<Transport>(new Transport(connection_, connection_->add_line()));
}

void Transport::start(std::string_view method, std::string request, bool half_close,
                      CallHandlers handlers) {
  connection_->start(line_, method, std::move(request), half_close, std::move(handlers));
}

void Transport::cancel() { connection_->cancel(line_); }

void Transport::pause(bool paused) { connection_->pause(paused); }

void Transport::spend(std::size_t steps) { connection_->spend(steps); }

core::SteadyTime Transport::last_heard() const { return connection_->last_heard(); }

std::optional<core::WallTime> Transport::certificate_end() const { return connection_->certificate_end(); }

bool Transport::is_connected() const { return connection_->is_connected(); }
bool Transport::probe() { return connection_->probe(); }

}  // namespace dm::gnmi
