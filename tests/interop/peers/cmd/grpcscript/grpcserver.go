package main

import (
	"crypto/tls"
	"io"
	"log"
	"net"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// rawCodec hands messages through as bytes.
type rawCodec struct{}

func (rawCodec) Marshal(v any) (mem.BufferSlice, error) {
	return mem.BufferSlice{mem.SliceBuffer(*v.(*[]byte))}, nil
}

func (rawCodec) Unmarshal(data mem.BufferSlice, v any) error {
	*v.(*[]byte) = data.Materialize()
	return nil
}

func (rawCodec) Name() string { return "proto" }

type grpcServer struct {
	server *grpc.Server
	log    *journal
}

func serveGRPC(listener net.Listener, config *tls.Config, forceGzip bool, out *journal) {
	s := &grpcServer{log: out}
	options := []grpc.ServerOption{
		grpc.ForceServerCodecV2(rawCodec{}),
		grpc.UnknownServiceHandler(s.handle),
		grpc.MaxSendMsgSize(64 << 20),
	}
	if config != nil {
		options = append(options, grpc.Creds(credentials.NewTLS(config)))
	}
	if forceGzip {
		options = append(options, grpc.RPCCompressor(grpc.NewGZIPCompressor()))
	}
	s.server = grpc.NewServer(options...)
	if err := s.server.Serve(listener); err != nil {
		log.Fatal(err)
	}
}

func (s *grpcServer) handle(_ any, stream grpc.ServerStream) error {
	method, _ := grpc.MethodFromServerStream(stream)
	headers, _ := metadata.FromIncomingContext(stream.Context())
	if method != "/gnmi.gNMI/Subscribe" {
		s.log.write("request", map[string]any{"method": method, "headers": headers})
		return status.Errorf(codes.Unimplemented, "unknown method %s", method)
	}
	var message []byte
	if err := stream.RecvMsg(&message); err != nil {
		s.log.write("end", map[string]any{"how": "no request", "error": err.Error()})
		return err
	}
	request, err := parseRequest(message)
	s.log.write("request", map[string]any{"method": method, "headers": headers, "request": request})
	if err != nil {
		return status.Errorf(codes.InvalidArgument, "grpcscript: %v", err)
	}
	err = s.play(scenarioName(request.First), stream)
	s.log.write("end", map[string]any{"how": s.howItEnded(stream, err)})
	return err
}

func (s *grpcServer) howItEnded(stream grpc.ServerStream, err error) string {
	if stream.Context().Err() != nil {
		return "cancelled"
	}
	if err != nil {
		return "refused"
	}
	return "completed"
}

func (s *grpcServer) play(scenario string, stream grpc.ServerStream) error {
	switch scenario {
	case "trailers-only-unauthenticated":
		return status.Error(codes.Unauthenticated, refusal)
	case "trailers-only-invalid":
		return status.Error(codes.InvalidArgument, invalid)
	case "silent":
		<-stream.Context().Done()
		return stream.Context().Err()
	case "headers-large":
		md := metadata.MD{}
		for _, entry := range largeMetadata() {
			md.Set(entry[0], entry[1])
		}
		if err := stream.SendHeader(md); err != nil {
			return err
		}
	}
	for i, message := range messagesOf(scenario) {
		if scenario == "goaway-drain" && i == 3 {
			go s.server.GracefulStop() // GOAWAY, then the call goes on
		}
		if err := stream.SendMsg(&message); err != nil {
			return err
		}
	}
	if scenario == "stream-open" {
		return s.waitForClient(stream)
	}
	return nil
}

// waitForClient ends the call when the client half-closes or cancels.
func (s *grpcServer) waitForClient(stream grpc.ServerStream) error {
	var message []byte
	for {
		err := stream.RecvMsg(&message)
		if err == io.EOF {
			s.log.write("half-closed", nil)
			return nil
		}
		if err != nil {
			return err
		}
	}
}
