// grpcprobe has the command line and output of the product's transport_probe, on grpc-go: a second
// opinion about the scripted servers (run.sh reference).
package main

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"log"
	"os"
	"strings"
	"time"

	gpb "github.com/openconfig/gnmi/proto/gnmi"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	_ "google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

type rawCodec struct{}

func (rawCodec) Marshal(v any) (mem.BufferSlice, error) {
	return mem.BufferSlice{mem.SliceBuffer(*v.(*[]byte))}, nil
}

func (rawCodec) Unmarshal(data mem.BufferSlice, v any) error {
	*v.(*[]byte) = data.Materialize()
	return nil
}

func (rawCodec) Name() string { return "proto" }

var names = map[codes.Code]string{
	codes.OK: "OK", codes.Canceled: "CANCELLED", codes.Unknown: "UNKNOWN", codes.InvalidArgument: "INVALID_ARGUMENT",
	codes.DeadlineExceeded: "DEADLINE_EXCEEDED", codes.NotFound: "NOT_FOUND", codes.PermissionDenied: "PERMISSION_DENIED",
	codes.ResourceExhausted: "RESOURCE_EXHAUSTED", codes.Aborted: "ABORTED", codes.Unimplemented: "UNIMPLEMENTED",
	codes.Internal: "INTERNAL", codes.Unavailable: "UNAVAILABLE", codes.DataLoss: "DATA_LOSS", codes.Unauthenticated: "UNAUTHENTICATED",
}

type result struct {
	Messages int      `json:"messages"`
	Sync     bool     `json:"sync"`
	Leaves   []string `json:"leaves"`
	SHA256   string   `json:"payload_sha256"`
	Status   string   `json:"status"`
	Message  string   `json:"status_message"`
	HTTP     any      `json:"http_error"`
}

func main() {
	log.SetFlags(0)
	flag.Bool("plaintext", false, "no TLS")
	ca := flag.String("tls-ca", "", "trusted certificates (PEM)")
	serverName := flag.String("server-name", "", "name in the server's certificate")
	username := flag.String("username", "", "")
	password := flag.String("password", "", "")
	timeout := flag.Int("timeout-ms", 30000, "")
	cancelAfterSync := flag.Bool("cancel-after-sync", false, "")
	// The address comes first on the command line, which package flag does not allow for.
	address := os.Args[1]
	flag.CommandLine.Parse(os.Args[2:])
	scenario := flag.Arg(0)

	secured := insecure.NewCredentials()
	if *ca != "" {
		pem, err := os.ReadFile(*ca)
		if err != nil {
			log.Fatal(err)
		}
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(pem)
		secured = credentials.NewTLS(&tls.Config{RootCAs: pool, ServerName: *serverName})
	}
	conn, err := grpc.NewClient("passthrough:///"+address, grpc.WithTransportCredentials(secured),
		grpc.WithDefaultCallOptions(grpc.ForceCodecV2(rawCodec{}), grpc.MaxCallRecvMsgSize(64<<20)))
	if err != nil {
		log.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(*timeout)*time.Millisecond)
	defer cancel()
	ctx = metadata.AppendToOutgoingContext(ctx, "username", *username, "password", *password)

	r := result{Leaves: []string{}}
	hash := sha256.New()
	err = r.run(ctx, conn, scenario, hash, func() {
		if *cancelAfterSync {
			cancel()
		}
	})
	r.SHA256 = hex.EncodeToString(hash.Sum(nil))
	if errors.Is(err, io.EOF) {
		err = nil
	}
	s := status.Convert(err)
	r.Status, r.Message = names[s.Code()], s.Message()
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	out.Encode(r)
}

func (r *result) run(ctx context.Context, conn *grpc.ClientConn, scenario string, hash io.Writer, synced func()) error {
	stream, err := conn.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true, ClientStreams: true}, "/gnmi.gNMI/Subscribe")
	if err != nil {
		return err
	}
	request, err := proto.Marshal(&gpb.SubscribeRequest{Request: &gpb.SubscribeRequest_Subscribe{Subscribe: &gpb.SubscriptionList{
		Subscription: []*gpb.Subscription{{Path: &gpb.Path{Elem: []*gpb.PathElem{{Name: scenario}}}, Mode: gpb.SubscriptionMode_ON_CHANGE}},
	}}})
	if err != nil {
		return err
	}
	if err := stream.SendMsg(&request); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	for {
		var message []byte
		if err := stream.RecvMsg(&message); err != nil {
			return err
		}
		r.Messages++
		hash.Write(message)
		response := &gpb.SubscribeResponse{}
		if err := proto.Unmarshal(message, response); err != nil {
			return err
		}
		for _, update := range response.GetUpdate().GetUpdate() {
			if len(r.Leaves) < 5 {
				r.Leaves = append(r.Leaves, leafText(update))
			}
		}
		if response.GetSyncResponse() {
			r.Sync = true
			synced()
		}
	}
}

func leafText(update *gpb.Update) string {
	var b strings.Builder
	for _, elem := range update.GetPath().GetElem() {
		b.WriteString("/" + elem.GetName())
		for key, value := range elem.GetKey() {
			b.WriteString("[" + key + "=" + value + "]")
		}
	}
	return b.String()
}
