package main

import "fmt"

// The few protobuf messages of gNMI that the scripts need, written and read by hand: generated code
// would decide how the bytes look, and these bytes are the point of the exercise.

func appendVarint(b []byte, v uint64) []byte {
	for v >= 0x80 {
		b = append(b, byte(v)|0x80)
		v >>= 7
	}
	return append(b, byte(v))
}

func appendUint(b []byte, field int, v uint64) []byte {
	b = appendVarint(b, uint64(field)<<3)
	return appendVarint(b, v)
}

func appendBytes(b []byte, field int, v []byte) []byte {
	b = appendVarint(b, uint64(field)<<3|2)
	b = appendVarint(b, uint64(len(v)))
	return append(b, v...)
}

// leafPath is /a/b[k=n].
func leafPath(n int) []byte {
	var key, b, path []byte
	key = appendBytes(key, 1, []byte("k"))
	key = appendBytes(key, 2, []byte(fmt.Sprint(n)))
	b = appendBytes(b, 1, []byte("b"))
	b = appendBytes(b, 2, key)
	path = appendBytes(path, 3, appendBytes(nil, 1, []byte("a")))
	return appendBytes(path, 3, b)
}

// The first message's device time; the n-th message is n nanoseconds later.
const firstTimestamp = 1_700_000_000_000_000_000

// response is a SubscribeResponse with one update: /a/b[k=n] has the given TypedValue.
func response(n int, value []byte) []byte {
	var update, notification []byte
	update = appendBytes(update, 1, leafPath(n))
	update = appendBytes(update, 3, value)
	notification = appendUint(notification, 1, firstTimestamp+uint64(n))
	notification = appendBytes(notification, 4, update)
	return appendBytes(nil, 1, notification)
}

func numberLeaf(n int) []byte { return response(n, appendUint(nil, 3, uint64(n))) }

func textLeaf(n, size int) []byte {
	text := make([]byte, size)
	for i := range text {
		text[i] = byte('a' + i%26)
	}
	return response(n, appendBytes(nil, 1, text))
}

func syncResponse() []byte { return appendUint(nil, 3, 1) }

// walk calls f for each field of a message; v is the number of a varint field, data the bytes of a
// length-delimited one.
func walk(b []byte, f func(field int, v uint64, data []byte)) error {
	varint := func() (uint64, error) {
		var v uint64
		for i := 0; i < 10 && i < len(b); i++ {
			v |= uint64(b[i]&0x7f) << (7 * i)
			if b[i] < 0x80 {
				b = b[i+1:]
				return v, nil
			}
		}
		return 0, fmt.Errorf("broken varint")
	}
	for len(b) > 0 {
		tag, err := varint()
		if err != nil {
			return err
		}
		field := int(tag >> 3)
		switch tag & 7 {
		case 0:
			v, err := varint()
			if err != nil {
				return err
			}
			f(field, v, nil)
		case 2:
			n, err := varint()
			if err != nil || n > uint64(len(b)) {
				return fmt.Errorf("field %d: broken length", field)
			}
			f(field, 0, b[:n])
			b = b[n:]
		case 1, 5:
			n := 8
			if tag&7 == 5 {
				n = 4
			}
			if len(b) < n {
				return fmt.Errorf("field %d: cut off", field)
			}
			b = b[n:]
		default:
			return fmt.Errorf("field %d: wire type %d", field, tag&7)
		}
	}
	return nil
}

// subscribeRequest is what a script looks at in a SubscribeRequest.
type subscribeRequest struct {
	First         string `json:"first"` // name of the first element of the first path
	Subscriptions int    `json:"subscriptions"`
	ListMode      uint64 `json:"list_mode"` // 0 STREAM
	PathMode      uint64 `json:"path_mode"` // of the first subscription: 1 ON_CHANGE
	Encoding      uint64 `json:"encoding"`
}

func parseRequest(b []byte) (subscribeRequest, error) {
	var r subscribeRequest
	var broken error
	into := func(b []byte, f func(field int, v uint64, data []byte)) {
		if err := walk(b, f); err != nil && broken == nil {
			broken = err
		}
	}
	firstElement := func(path []byte) {
		into(path, func(field int, _ uint64, elem []byte) {
			if field == 3 && r.First == "" {
				into(elem, func(field int, _ uint64, name []byte) {
					if field == 1 {
						r.First = string(name)
					}
				})
			}
		})
	}
	into(b, func(field int, _ uint64, list []byte) {
		if field != 1 {
			return
		}
		into(list, func(field int, v uint64, data []byte) {
			switch field {
			case 2:
				r.Subscriptions++
				first := r.Subscriptions == 1
				into(data, func(field int, v uint64, data []byte) {
					if first && field == 1 {
						firstElement(data)
					}
					if first && field == 2 {
						r.PathMode = v
					}
				})
			case 5:
				r.ListMode = v
			case 8:
				r.Encoding = v
			}
		})
	})
	if broken == nil && r.Subscriptions == 0 {
		broken = fmt.Errorf("no subscription in the request")
	}
	return r, broken
}
