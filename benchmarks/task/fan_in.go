package main

import "fmt"

func main() {
	numbers := make(chan int, 128)
	for p := 0; p < 64; p++ {
		go func(p int) {
			for n := 0; n < 30000; n++ {
				numbers <- n + p
			}
		}(p)
	}
	total := 0
	for i := 0; i < 64*30000; i++ {
		total += <-numbers
	}
	fmt.Println(total)
}
