package main

import (
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

const defaultWindow = 65535

// rawConn is one client connection. The reading goroutine keeps the windows, a goroutine per stream
// plays its scenario; the framer writes under the lock.
type rawConn struct {
	conn        net.Conn
	framer      *http2.Framer
	log         *journal
	smallWindow bool

	mu      sync.Mutex
	changed *sync.Cond
	closed  bool
	// What the client lets us send.
	initialWindow int64
	maxFrame      int64
	connWindow    int64
	connPeak      int64
	streamPeak    int64
	updates       int
	stalls        int
	sent          int64
	pings         map[[8]byte]bool // acknowledged
	settingsAcked int
	streams       map[uint32]*rawStream

	encoderBuffer bytes.Buffer
	encoder       *hpack.Encoder
}

type rawStream struct {
	id         uint32
	headers    map[string]string
	request    []byte
	started    bool
	window     int64
	halfClosed bool
	reset      *http2.ErrCode
}

func serveRaw(listener net.Listener, config *tls.Config, smallWindow bool, out *journal) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			c := &rawConn{conn: conn, log: out, smallWindow: smallWindow, initialWindow: defaultWindow, maxFrame: 16384,
				connWindow: defaultWindow, pings: map[[8]byte]bool{}, streams: map[uint32]*rawStream{}}
			c.changed = sync.NewCond(&c.mu)
			if config != nil {
				secured := tls.Server(conn, config)
				if err := secured.Handshake(); err != nil {
					out.write("handshake", map[string]any{"error": err.Error()})
					conn.Close()
					return
				}
				out.write("handshake", map[string]any{"alpn": secured.ConnectionState().NegotiatedProtocol})
				c.conn = secured
			}
			err := c.run()
			out.write("disconnected", map[string]any{"error": fmt.Sprint(err)})
			c.mu.Lock()
			c.closed = true
			c.mu.Unlock()
			c.changed.Broadcast()
			c.conn.Close()
		}()
	}
}

func serveHTTP1(listener net.Listener, out *journal) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			buffer := make([]byte, 1024)
			n, _ := conn.Read(buffer)
			out.write("bytes", map[string]any{"count": n})
			io.WriteString(conn, "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: 4\r\n\r\nno!\n")
		}()
	}
}

func (c *rawConn) run() error {
	preface := make([]byte, len(http2.ClientPreface))
	if _, err := io.ReadFull(c.conn, preface); err != nil {
		return fmt.Errorf("no preface: %w", err)
	}
	if string(preface) != http2.ClientPreface {
		c.log.write("bad-preface", map[string]any{"bytes": string(preface)})
		return errors.New("bad preface")
	}
	c.framer = http2.NewFramer(c.conn, c.conn)
	c.framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	c.framer.AllowIllegalWrites = true
	c.encoder = hpack.NewEncoder(&c.encoderBuffer)
	settings := []http2.Setting{{ID: http2.SettingMaxConcurrentStreams, Val: 100}}
	if c.smallWindow {
		settings = append(settings, http2.Setting{ID: http2.SettingInitialWindowSize, Val: 1})
	}
	if err := c.framer.WriteSettings(settings...); err != nil {
		return err
	}
	first := true
	for {
		frame, err := c.framer.ReadFrame()
		if err != nil {
			return err
		}
		if _, ok := frame.(*http2.SettingsFrame); first && !ok {
			c.log.write("violation", map[string]any{"what": "the first frame is no SETTINGS"})
		}
		first = false
		if err := c.on(frame); err != nil {
			return err
		}
	}
}

func (c *rawConn) on(frame http2.Frame) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer c.changed.Broadcast()
	switch f := frame.(type) {
	case *http2.SettingsFrame:
		if f.IsAck() {
			c.settingsAcked++
			return nil
		}
		values := map[string]uint32{}
		f.ForeachSetting(func(s http2.Setting) error {
			values[s.ID.String()] = s.Val
			switch s.ID {
			case http2.SettingInitialWindowSize:
				for _, stream := range c.streams {
					stream.window += int64(s.Val) - c.initialWindow
				}
				c.initialWindow = int64(s.Val)
				c.streamPeak = max(c.streamPeak, int64(s.Val))
			case http2.SettingMaxFrameSize:
				c.maxFrame = int64(s.Val)
			case http2.SettingHeaderTableSize:
				c.encoder.SetMaxDynamicTableSizeLimit(s.Val)
			}
			return nil
		})
		c.log.write("settings", map[string]any{"values": values})
		return c.framer.WriteSettingsAck()
	case *http2.WindowUpdateFrame:
		c.updates++
		if f.StreamID == 0 {
			c.connWindow += int64(f.Increment)
			c.connPeak = max(c.connPeak, c.connWindow)
		} else if s := c.streams[f.StreamID]; s != nil {
			s.window += int64(f.Increment)
			c.streamPeak = max(c.streamPeak, s.window)
		}
	case *http2.PingFrame:
		if f.IsAck() {
			c.pings[f.Data] = true
			c.log.write("ping-ack", map[string]any{"data": fmt.Sprintf("%x", f.Data)})
			return nil
		}
		c.log.write("ping", map[string]any{"data": fmt.Sprintf("%x", f.Data)})
		return c.framer.WritePing(true, f.Data)
	case *http2.MetaHeadersFrame:
		c.onHeaders(f)
	case *http2.DataFrame:
		return c.onData(f)
	case *http2.RSTStreamFrame:
		c.log.write("reset", map[string]any{"stream": f.StreamID, "code": f.ErrCode.String()})
		if s := c.streams[f.StreamID]; s != nil {
			code := f.ErrCode
			s.reset = &code
		}
	case *http2.GoAwayFrame:
		c.log.write("goaway", map[string]any{"code": f.ErrCode.String(), "debug": string(f.DebugData())})
	}
	return nil
}

func (c *rawConn) onHeaders(f *http2.MetaHeadersFrame) {
	s := &rawStream{id: f.StreamID, headers: map[string]string{}, window: c.initialWindow}
	order := []string{}
	for _, field := range f.Fields {
		s.headers[field.Name] = field.Value
		order = append(order, field.Name)
	}
	c.streams[f.StreamID] = s
	c.log.write("headers", map[string]any{"stream": f.StreamID, "headers": s.headers, "order": order, "end_stream": f.StreamEnded()})
	s.halfClosed = f.StreamEnded()
}

func (c *rawConn) onData(f *http2.DataFrame) error {
	s := c.streams[f.StreamID]
	if s == nil {
		c.log.write("violation", map[string]any{"what": "DATA for an unknown stream"})
		return nil
	}
	s.request = append(s.request, f.Data()...)
	if size := f.Length; size > 0 {
		if err := c.framer.WriteWindowUpdate(0, size); err != nil {
			return err
		}
		if !f.StreamEnded() {
			if err := c.framer.WriteWindowUpdate(f.StreamID, size); err != nil {
				return err
			}
		}
	}
	if f.StreamEnded() {
		s.halfClosed = true
		c.log.write("half-closed", map[string]any{"stream": f.StreamID})
	}
	if s.started || len(s.request) < 5 {
		return nil
	}
	size := binary.BigEndian.Uint32(s.request[1:5])
	if uint32(len(s.request)-5) < size {
		return nil
	}
	s.started = true
	request, err := parseRequest(s.request[5 : 5+size])
	c.log.write("request", map[string]any{"method": s.headers[":path"], "headers": s.headers, "request": request,
		"flag": s.request[0], "error": fmt.Sprint(err)})
	go func() {
		err := c.play(s, scenarioName(request.First))
		how := "completed"
		if err != nil {
			how = err.Error()
		}
		c.mu.Lock()
		report := map[string]any{"how": how, "initial_window": c.initialWindow, "stream_peak": c.streamPeak,
			"connection_peak": c.connPeak, "window_updates": c.updates, "stalls": c.stalls, "sent": c.sent, "settings_acked": c.settingsAcked}
		c.mu.Unlock()
		c.log.write("end", report)
	}()
	return nil
}

var errGone = errors.New("cancelled")

// wait blocks until ready() holds; the lock is held around ready.
func (c *rawConn) wait(s *rawStream, ready func() bool) error {
	for !ready() {
		if c.closed || s.reset != nil {
			return errGone
		}
		c.changed.Wait()
	}
	return nil
}

// data writes bytes as DATA frames of at most `piece` bytes, inside the client's windows.
func (c *rawConn) data(s *rawStream, b []byte, piece int, end bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		allowed := func() int64 {
			return min(int64(len(b)), int64(piece), c.maxFrame, c.connWindow, s.window)
		}
		if len(b) > 0 && allowed() <= 0 {
			c.stalls++
			if err := c.wait(s, func() bool { return allowed() > 0 }); err != nil {
				return err
			}
		}
		if c.closed || s.reset != nil {
			return errGone
		}
		n := max(allowed(), 0)
		if err := c.framer.WriteData(s.id, end && n == int64(len(b)), b[:n]); err != nil {
			return err
		}
		c.connWindow -= n
		s.window -= n
		c.sent += n
		b = b[n:]
		if len(b) == 0 {
			return nil
		}
	}
}

func frameOf(message []byte) []byte {
	b := make([]byte, 5, 5+len(message))
	binary.BigEndian.PutUint32(b[1:], uint32(len(message)))
	return append(b, message...)
}

func gzipFrameOf(message []byte) []byte {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	w.Write(message)
	w.Close()
	b := frameOf(packed.Bytes())
	b[0] = 1
	return b
}

func (c *rawConn) send(s *rawStream, messages ...[]byte) error {
	for _, message := range messages {
		if err := c.data(s, frameOf(message), 1<<24, false); err != nil {
			return err
		}
	}
	return nil
}

// headers writes a header block, in as many CONTINUATION frames as it needs.
func (c *rawConn) headers(s *rawStream, end bool, fields ...[2]string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.encoderBuffer.Reset()
	for _, field := range fields {
		c.encoder.WriteField(hpack.HeaderField{Name: field[0], Value: field[1]})
	}
	block := c.encoderBuffer.Bytes()
	n := min(len(block), 16384)
	err := c.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: s.id, BlockFragment: block[:n], EndStream: end, EndHeaders: n == len(block)})
	for block = block[n:]; err == nil && len(block) > 0; block = block[n:] {
		n = min(len(block), 16384)
		err = c.framer.WriteContinuation(s.id, n == len(block), block[:n])
	}
	return err
}

func (c *rawConn) greet(s *rawStream, extra ...[2]string) error {
	return c.headers(s, false, append([][2]string{{":status", "200"}, {"content-type", "application/grpc"}}, extra...)...)
}

func (c *rawConn) trailers(s *rawStream, code int, extra ...[2]string) error {
	return c.headers(s, true, append([][2]string{{"grpc-status", strconv.Itoa(code)}}, extra...)...)
}

func percentEncoded(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		if c >= ' ' && c <= '~' && c != '%' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

func (c *rawConn) locked(f func() error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return f()
}

// hangUp ends our side of the TCP connection without a word of HTTP/2. What was sent before still
// arrives: closing both sides with unread input would reset the connection and could destroy it.
func (c *rawConn) hangUp() error {
	if half, ok := c.conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return c.conn.Close()
}

// resetTCP ends the connection by a TCP RST.
func (c *rawConn) resetTCP() error {
	if tcp, ok := c.conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	return c.conn.Close()
}
