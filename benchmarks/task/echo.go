package main

import (
	"fmt"
	"io"
	"net"
	"strings"
)

func serve(connection net.Conn) {
	defer connection.Close()
	buffer := make([]byte, 1024)
	for {
		n, err := connection.Read(buffer)
		if err != nil {
			return
		}
		if _, err := connection.Write(buffer[:n]); err != nil {
			panic(err)
		}
	}
}

func ask(address string, message []byte) int {
	connection, err := net.Dial("tcp", address)
	if err != nil {
		panic(err)
	}
	defer connection.Close()
	buffer := make([]byte, len(message))
	total := 0
	for i := 0; i < 1000; i++ {
		if _, err := connection.Write(message); err != nil {
			panic(err)
		}
		if _, err := io.ReadFull(connection, buffer); err != nil {
			panic(err)
		}
		total += len(message)
	}
	return total
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go serve(connection)
		}
	}()
	message := []byte(strings.Repeat("m", 64))
	results := make(chan int)
	for c := 0; c < 64; c++ {
		go func() { results <- ask(listener.Addr().String(), message) }()
	}
	total := 0
	for c := 0; c < 64; c++ {
		total += <-results
	}
	listener.Close()
	fmt.Println(total)
}
