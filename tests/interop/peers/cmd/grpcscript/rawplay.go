package main

import (
	"bytes"
	"compress/gzip"
	"strconv"
	"strings"

	"golang.org/x/net/http2"
)

type rawScenario func(c *rawConn, s *rawStream) error

// rawScenarios are those that are more than "messages, then OK".
var rawScenarios = map[string]rawScenario{
	"stream-open": func(c *rawConn, s *rawStream) error {
		if err := c.greet(s); err != nil {
			return err
		}
		if err := c.send(s, messagesOf("stream-open")...); err != nil {
			return err
		}
		return c.untilClientEnds(s)
	},
	"tiny-frames":      tinyFrames,
	"gzip":             gzipMessages,
	"gzip-bomb":        gzipBomb,
	"encoding-unknown": encodingUnknown,
	"compressed-without-encoding": func(c *rawConn, s *rawStream) error {
		if err := c.greet(s); err != nil {
			return err
		}
		if err := c.data(s, gzipFrameOf(numberLeaf(1)), 1<<24, false); err != nil {
			return err
		}
		return c.untilClientEnds(s)
	},
	"message-too-large": func(c *rawConn, s *rawStream) error {
		if err := c.greet(s); err != nil {
			return err
		}
		// Announces 2 GiB and sends only the beginning: a client must judge by the announcement.
		if err := c.data(s, append([]byte{0, 0x7f, 0xff, 0xff, 0xff}, textLeaf(1, 1000)...), 1<<24, false); err != nil {
			return err
		}
		return c.untilClientEnds(s)
	},
	"truncated-message": func(c *rawConn, s *rawStream) error {
		if err := c.greet(s); err != nil {
			return err
		}
		if err := c.send(s, numbers(1, 3)...); err != nil {
			return err
		}
		half := frameOf(numberLeaf(4))
		if err := c.data(s, half[:len(half)-7], 1<<24, false); err != nil {
			return err
		}
		return c.trailers(s, 0)
	},
	"trailers-only-unauthenticated": func(c *rawConn, s *rawStream) error {
		return c.headers(s, true, [2]string{":status", "200"}, [2]string{"content-type", "application/grpc"},
			[2]string{"grpc-status", "16"}, [2]string{"grpc-message", refusal})
	},
	"trailers-only-invalid": func(c *rawConn, s *rawStream) error {
		return c.headers(s, true, [2]string{":status", "200"}, [2]string{"content-type", "application/grpc"},
			[2]string{"grpc-status", "3"}, [2]string{"grpc-message", percentEncoded(invalid)})
	},
	"status-out-of-range": func(c *rawConn, s *rawStream) error {
		return c.headers(s, true, [2]string{":status", "200"}, [2]string{"content-type", "application/grpc"}, [2]string{"grpc-status", "99"})
	},
	"broken-percent": func(c *rawConn, s *rawStream) error {
		return c.headers(s, true, [2]string{":status", "200"}, [2]string{"content-type", "application/grpc"},
			[2]string{"grpc-status", "3"}, [2]string{"grpc-message", "100% of %zz and a lone %4"})
	},
	"missing-grpc-status": func(c *rawConn, s *rawStream) error {
		if err := c.greet(s); err != nil {
			return err
		}
		messages := messagesOf("")
		if err := c.send(s, messages[:3]...); err != nil {
			return err
		}
		return c.data(s, frameOf(messages[3]), 1<<24, true)
	},
	"http-401": plainHTTP(401),
	"http-404": plainHTTP(404),
	"http-503": plainHTTP(503),
	"wrong-content-type": func(c *rawConn, s *rawStream) error {
		if err := c.headers(s, false, [2]string{":status", "200"}, [2]string{"content-type", "text/html"}); err != nil {
			return err
		}
		return c.data(s, []byte("<html>log in here</html>"), 1<<24, true)
	},
	"informational": func(c *rawConn, s *rawStream) error {
		if err := c.headers(s, false, [2]string{":status", "103"}, [2]string{"x-hint", "wait"}); err != nil {
			return err
		}
		return c.all(s)
	},
	"noise":                 noise,
	"rst-cancel":            resetWith(http2.ErrCodeCancel),
	"rst-refused":           resetWith(http2.ErrCodeRefusedStream),
	"rst-internal":          resetWith(http2.ErrCodeInternal),
	"rst-enhance-your-calm": resetWith(http2.ErrCodeEnhanceYourCalm),
	"goaway-drain":          goawayDrain,
	"goaway-refused": func(c *rawConn, s *rawStream) error {
		// Last stream 0: this call was never looked at and may be repeated elsewhere.
		if err := c.locked(func() error { return c.framer.WriteGoAway(0, http2.ErrCodeNo, nil) }); err != nil {
			return err
		}
		return c.untilClientEnds(s)
	},
	"goaway-calm": func(c *rawConn, s *rawStream) error {
		if err := c.greet(s); err != nil {
			return err
		}
		if err := c.send(s, messagesOf("")...); err != nil {
			return err
		}
		err := c.locked(func() error {
			return c.framer.WriteGoAway(s.id, http2.ErrCodeEnhanceYourCalm, []byte("too_many_pings"))
		})
		if err != nil {
			return err
		}
		return c.hangUp()
	},
	"tcp-close": func(c *rawConn, s *rawStream) error {
		if err := c.greet(s); err != nil {
			return err
		}
		if err := c.send(s, messagesOf("")...); err != nil {
			return err
		}
		return c.hangUp()
	},
	"tcp-reset": func(c *rawConn, s *rawStream) error { return c.resetTCP() },
	"ping":      pingAndWait,
	"headers-large": func(c *rawConn, s *rawStream) error {
		if err := c.greet(s, largeMetadata()...); err != nil {
			return err
		}
		if err := c.send(s, messagesOf("")...); err != nil {
			return err
		}
		return c.trailers(s, 0)
	},
	"headers-too-large": func(c *rawConn, s *rawStream) error {
		var flood [][2]string
		for i := range 256 {
			flood = append(flood, [2]string{"x-flood-" + strconv.Itoa(i), strings.Repeat("f", 4096)})
		}
		if err := c.greet(s, flood...); err != nil {
			return err
		}
		if err := c.send(s, messagesOf("")...); err != nil {
			return err
		}
		return c.trailers(s, 0)
	},
	"silent": func(c *rawConn, s *rawStream) error { return c.untilClientEnds(s) },
	"half-open": func(c *rawConn, s *rawStream) error {
		if err := c.greet(s); err != nil {
			return err
		}
		if err := c.send(s, messagesOf("")...); err != nil {
			return err
		}
		// The lock is never given back: the reading goroutine stops at its next frame.
		c.log.write("half-open", nil)
		c.mu.Lock()
		select {}
	},
}

func (c *rawConn) play(s *rawStream, scenario string) error {
	if f, ok := rawScenarios[scenario]; ok {
		return f(c, s)
	}
	if err := c.greet(s); err != nil {
		return err
	}
	if err := c.send(s, messagesOf(scenario)...); err != nil {
		return err
	}
	return c.trailers(s, 0)
}

func (c *rawConn) all(s *rawStream) error {
	if err := c.greet(s); err != nil {
		return err
	}
	if err := c.send(s, messagesOf("")...); err != nil {
		return err
	}
	return c.trailers(s, 0)
}

// untilClientEnds waits for RST_STREAM, half-close or the end of the connection.
func (c *rawConn) untilClientEnds(s *rawStream) error {
	c.mu.Lock()
	err := c.wait(s, func() bool { return s.halfClosed })
	c.mu.Unlock()
	if err != nil {
		return err
	}
	return c.trailers(s, 0)
}

func plainHTTP(status int) rawScenario {
	return func(c *rawConn, s *rawStream) error {
		if err := c.headers(s, false, [2]string{":status", strconv.Itoa(status)}, [2]string{"content-type", "text/plain"}); err != nil {
			return err
		}
		return c.data(s, []byte("a proxy says no\n"), 1<<24, true)
	}
}

func resetWith(code http2.ErrCode) rawScenario {
	return func(c *rawConn, s *rawStream) error {
		if err := c.greet(s); err != nil {
			return err
		}
		if err := c.send(s, messagesOf("")...); err != nil {
			return err
		}
		return c.locked(func() error { return c.framer.WriteRSTStream(s.id, code) })
	}
}

// tinyFrames cuts messages at every byte boundary, sends one byte by byte and three in one frame.
func tinyFrames(c *rawConn, s *rawStream) error {
	if err := c.greet(s); err != nil {
		return err
	}
	messages := messagesOf("tiny-frames")
	for i, message := range messages[:splitCount] {
		b := frameOf(message)
		cut := 1 + i%(len(b)-1)
		if err := c.data(s, b[:cut], 1<<24, false); err != nil {
			return err
		}
		if err := c.data(s, b[cut:], 1<<24, false); err != nil {
			return err
		}
	}
	if err := c.data(s, frameOf(messages[splitCount]), 1, false); err != nil {
		return err
	}
	var joined []byte
	for _, message := range messages[splitCount+1 : splitCount+4] {
		joined = append(joined, frameOf(message)...)
	}
	if err := c.data(s, joined, 1<<24, false); err != nil {
		return err
	}
	if err := c.data(s, nil, 1, false); err != nil { // an empty DATA frame
		return err
	}
	if err := c.data(s, frameOf(messages[splitCount+4]), 1, false); err != nil {
		return err
	}
	return c.trailers(s, 0)
}

func gzipMessages(c *rawConn, s *rawStream) error {
	if err := c.greet(s, [2]string{"grpc-encoding", "gzip"}); err != nil {
		return err
	}
	for i, message := range messagesOf("gzip") {
		b := gzipFrameOf(message)
		if i%2 == 1 { // a compressed stream may carry plain messages
			b = frameOf(message)
		}
		if err := c.data(s, b, 777, false); err != nil {
			return err
		}
	}
	return c.trailers(s, 0)
}

// gzipBomb inflates to 512 MiB.
func gzipBomb(c *rawConn, s *rawStream) error {
	if err := c.greet(s, [2]string{"grpc-encoding", "gzip"}); err != nil {
		return err
	}
	var packed bytes.Buffer
	w, _ := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
	zeros := make([]byte, 1<<20)
	for range 512 {
		w.Write(zeros)
	}
	w.Close()
	b := frameOf(packed.Bytes())
	b[0] = 1
	if err := c.data(s, b, 1<<24, false); err != nil {
		return err
	}
	return c.untilClientEnds(s)
}

func encodingUnknown(c *rawConn, s *rawStream) error {
	if err := c.greet(s, [2]string{"grpc-encoding", "snappy"}); err != nil {
		return err
	}
	b := frameOf([]byte("\xff\x06\x00\x00sNaPpY not for you"))
	b[0] = 1
	if err := c.data(s, b, 1<<24, false); err != nil {
		return err
	}
	return c.untilClientEnds(s)
}

// noise mixes everything a client has to ignore into a good stream.
func noise(c *rawConn, s *rawStream) error {
	if err := c.greet(s, [2]string{"x-unknown", "1"}, [2]string{"grpc-encoding", "identity"}); err != nil {
		return err
	}
	messages := messagesOf("")
	steps := []func() error{
		func() error { return c.framer.WriteRawFrame(http2.FrameType(0xfa), 0, s.id, []byte("unknown frame")) },
		func() error { return c.framer.WriteRawFrame(http2.FrameType(0x0b), 0, 0, []byte("unknown frame")) },
		func() error {
			return c.framer.WriteSettings(http2.Setting{ID: 0x7777, Val: 1}, http2.Setting{ID: http2.SettingInitialWindowSize, Val: 1 << 20})
		},
		func() error { return c.framer.WritePriority(s.id, http2.PriorityParam{Weight: 3}) },
	}
	for i, message := range messages {
		if err := c.locked(steps[i]); err != nil {
			return err
		}
		b := frameOf(message)
		err := c.locked(func() error { // padded DATA: the padding counts in the windows
			c.connWindow -= int64(len(b)) + 11
			s.window -= int64(len(b)) + 11
			return c.framer.WriteDataPadded(s.id, false, b, make([]byte, 10))
		})
		if err != nil {
			return err
		}
	}
	return c.trailers(s, 0, [2]string{"x-trailer", "ignored"})
}

func goawayDrain(c *rawConn, s *rawStream) error {
	if err := c.greet(s); err != nil {
		return err
	}
	messages := messagesOf("goaway-drain")
	if err := c.send(s, messages[:3]...); err != nil {
		return err
	}
	if err := c.locked(func() error { return c.framer.WriteGoAway(s.id, http2.ErrCodeNo, nil) }); err != nil {
		return err
	}
	if err := c.pinged(s, [8]byte{'d', 'r', 'a', 'i', 'n', 'i', 'n', 'g'}); err != nil {
		return err
	}
	if err := c.send(s, messages[3:]...); err != nil {
		return err
	}
	return c.trailers(s, 0)
}

func (c *rawConn) pinged(s *rawStream, data [8]byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.framer.WritePing(false, data); err != nil {
		return err
	}
	return c.wait(s, func() bool { return c.pings[data] })
}

// pingAndWait goes on only when the PING was acknowledged, first before any header, then in mid-stream.
func pingAndWait(c *rawConn, s *rawStream) error {
	if err := c.pinged(s, [8]byte{1, 2, 3, 4, 5, 6, 7, 8}); err != nil {
		return err
	}
	if err := c.greet(s); err != nil {
		return err
	}
	messages := messagesOf("ping")
	if err := c.send(s, messages[:2]...); err != nil {
		return err
	}
	if err := c.pinged(s, [8]byte{0xff, 0, 0xff}); err != nil {
		return err
	}
	if err := c.send(s, messages[2:]...); err != nil {
		return err
	}
	return c.trailers(s, 0)
}
