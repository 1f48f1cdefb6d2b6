#include "gnmi/transport.h"

#include "gnmi/grpc_connection.h"

namespace dm::gnmi {

Transport::Transport(net::Loop& loop, TransportSettings settings)
    : Transport(loop, std::move(settings), nullptr) {}

Transport::Transport(net::Loop& loop, TransportSettings settings,
                     net::StreamFactory make_stream)
    : connection_(std::make_shared<GrpcConnection>(loop, std::move(settings), std::move(make_stream))) {}

Transport::~Transport() { connection_->close(); }

void Transport::start(std::string_view method, std::string request, bool half_close,
                      CallHandlers handlers) {
  connection_->start(method, std::move(request), half_close, std::move(handlers));
}

void Transport::cancel() { connection_->cancel(); }

void Transport::pause(bool paused) { connection_->pause(paused); }

core::SteadyTime Transport::last_heard() const { return connection_->last_heard(); }

std::optional<core::WallTime> Transport::certificate_end() const { return connection_->certificate_end(); }

bool Transport::probe() { return connection_->probe(); }

}  // namespace dm::gnmi
