package main

import "strings"

// The messages of a scenario, the same in every server and language (../../../scenarios.py has them
// too and states what a client must have received in the end).

func numbers(from, to int) [][]byte {
	var messages [][]byte
	for n := from; n <= to; n++ {
		messages = append(messages, numberLeaf(n))
	}
	return messages
}

const (
	bigSize     = 3 << 20
	manyLeaves  = 20000
	windowCount = 64
	windowSize  = 256 << 10
	splitCount  = 120 // more than one message has bytes: each boundary is hit
)

func messagesOf(scenario string) [][]byte {
	switch scenario {
	case "big":
		return [][]byte{textLeaf(1, bigSize), syncResponse()}
	case "many":
		return append(numbers(1, manyLeaves), syncResponse())
	case "tiny-frames":
		return append(numbers(1, splitCount+4), syncResponse())
	case "gzip", "encoding-unknown":
		return [][]byte{textLeaf(1, 1000), textLeaf(2, 5), textLeaf(3, 200000), numberLeaf(4), textLeaf(5, 3000), syncResponse()}
	case "goaway-drain":
		return append(numbers(1, 6), syncResponse())
	case "window":
		var messages [][]byte
		for n := 1; n <= windowCount; n++ {
			messages = append(messages, textLeaf(n, windowSize))
		}
		return append(messages, syncResponse())
	}
	return append(numbers(1, 3), syncResponse())
}

// The texts that a client must show as they are, whatever the wire made of them.
const (
	refusal = "Authentication failed"
	invalid = "failed to subscribe to /X: 100% wrong\nnode \"ü\" is unknown"
)

// largeMetadata is about 16 KiB of metadata in four entries.
func largeMetadata() [][2]string {
	var entries [][2]string
	for _, name := range []string{"x-large-1", "x-large-2", "x-large-3", "x-large-4"} {
		entries = append(entries, [2]string{name, strings.Repeat("m", 4096-len(name)-32)})
	}
	return entries
}

func scenarioName(first string) string { return strings.TrimPrefix(first, "scenario-") }
