package main

import "fmt"

func main() {
	there, back := make(chan int), make(chan int)
	go func() {
		for n := range there {
			back <- n + 1
		}
	}()
	n := 0
	for i := 0; i < 1000000; i++ {
		there <- n
		n = <-back
	}
	close(there)
	fmt.Println(n)
}
