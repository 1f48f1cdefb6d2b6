// grpcscript is a gRPC server that plays one scenario per call of /gnmi.gNMI/Subscribe: correct,
// odd and wrong answers for a client to prove itself against. The name of the first element of the
// first subscribed path selects the scenario.
//
// With --mode grpc it is an ordinary grpc-go server, with --mode raw it writes the HTTP/2 frames
// itself and can do what a decent server never does.
package main

import (
	"crypto/tls"
	"encoding/json"
	"flag"
	"log"
	"net"
	"os"
	"strconv"
	"sync"
)

// journal writes what the server saw, one JSON object a line.
type journal struct {
	mu   sync.Mutex
	file *os.File
}

func (j *journal) write(event string, fields map[string]any) {
	line := map[string]any{"event": event}
	for k, v := range fields {
		line[k] = v
	}
	text, err := json.Marshal(line)
	if err != nil {
		log.Fatal(err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.file.Write(append(text, '\n'))
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("grpcscript: ")
	mode := flag.String("mode", "grpc", "grpc (grpc-go), raw (own HTTP/2 frames) or http1 (answers every byte with HTTP/1.1 400)")
	listen := flag.String("listen", "127.0.0.1:0", "address to listen on")
	portFile := flag.String("port-file", "", "write the port here once it is open")
	cert := flag.String("tls-cert", "", "certificate chain (PEM); with --tls-key: TLS")
	key := flag.String("tls-key", "", "private key (PEM)")
	noALPN := flag.Bool("no-alpn", false, "raw: TLS without any application protocol")
	forceGzip := flag.Bool("gzip", false, "grpc: compress every message, whatever the client offers")
	smallWindow := flag.Bool("small-window", false, "raw: let the client send one byte at a time")
	logFile := flag.String("log", "", "write JSON lines here (default: standard error)")
	flag.Parse()

	out := &journal{file: os.Stderr}
	if *logFile != "" {
		file, err := os.Create(*logFile)
		if err != nil {
			log.Fatal(err)
		}
		out.file = file
	}
	var config *tls.Config
	if *cert != "" {
		pair, err := tls.LoadX509KeyPair(*cert, *key)
		if err != nil {
			log.Fatal(err)
		}
		config = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
		if !*noALPN {
			config.NextProtos = []string{"h2"}
		}
	}
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	if *portFile != "" {
		// Renamed into place, so that a reader never sees half a number.
		port := strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
		if err := os.WriteFile(*portFile+".new", []byte(port), 0o644); err != nil {
			log.Fatal(err)
		}
		if err := os.Rename(*portFile+".new", *portFile); err != nil {
			log.Fatal(err)
		}
	}
	switch *mode {
	case "grpc":
		serveGRPC(listener, config, *forceGzip, out)
	case "raw":
		serveRaw(listener, config, *smallWindow, out)
	case "http1":
		serveHTTP1(listener, out)
	default:
		log.Fatalf("unknown mode %q", *mode)
	}
}
